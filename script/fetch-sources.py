"""Fetches source packages: fetch-sources.py LIST FOLDER, LIST pinned by version and hash.

pip finds and checks them. `pip download` would also run the build of each, with tools that nothing pins, so this uses
modules of pip that are not promised to stay: tests/python/requirements.txt pins the version that has them.
"""

import sys
from pathlib import Path

from pip._internal.commands import create_command
from pip._internal.req import parse_requirements
from pip._internal.req.constructors import install_req_from_parsed_requirement

listed, folder = sys.argv[1], Path(sys.argv[2])
command = create_command("download")
with command.main_context():
    options, _ = command.parse_args(["--no-binary", ":all:", "--require-hashes"])
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session)
    for parsed in parse_requirements(listed, session, finder, options):
        wanted = install_req_from_parsed_requirement(parsed)
        hashes = wanted.hashes(trust_internet=False)
        found = finder.find_best_candidate(wanted.name, wanted.specifier, hashes).best_candidate
        if found is None:
            sys.exit(f"fetch-sources: no source package of {wanted} has the pinned hash.")
        answer = session.get(found.link.url_without_fragment, headers={"Accept-Encoding": "identity"})
        answer.raise_for_status()
        hashes.check_against_chunks([answer.content])
        (folder / found.link.filename).write_bytes(answer.content)
