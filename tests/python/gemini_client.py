"""Asks through the Python google-genai SDK. A question is a line of JSON on stdin, what was seen of its answer one on stdout."""

import asyncio
import json

from google import genai
from google.genai import errors, types

from questions import answer_all


def take(candidates, seen):
    for candidate in candidates or []:
        index = candidate.index or 0
        for part in (candidate.content and candidate.content.parts) or []:
            if part.function_call:
                seen["calls"].append(part.function_call.args)
            elif part.thought:
                seen["thoughts"] += part.text or ""
            else:
                seen["texts"].extend([""] * (index + 1 - len(seen["texts"])))
                seen["texts"][index] += part.text or ""
        if candidate.finish_reason:
            seen["finishes"].extend([""] * (index + 1 - len(seen["finishes"])))
            seen["finishes"][index] = candidate.finish_reason.value


async def answer(question):
    seen = {"texts": [], "thoughts": "", "calls": [], "finishes": [], "requests": 0}

    async def count(_request):
        seen["requests"] += 1

    retries = types.HttpRetryOptions(attempts=2, initial_delay=0.01)
    counting = {"event_hooks": {"request": [count]}}
    options = types.HttpOptions(base_url=question["baseURL"], async_client_args=counting, retry_options=retries)
    asked = {"model": "gemini-x", "contents": question["contents"], "config": question["config"]}
    models = genai.Client(api_key="unused", http_options=options).aio.models
    try:
        if question["kind"] == "streamed":
            async for chunk in await models.generate_content_stream(**asked):
                take(chunk.candidates, seen)
        else:
            take((await models.generate_content(**asked)).candidates, seen)
    except errors.APIError as thrown:
        seen["error"] = {"status": thrown.code, "message": str(thrown)}
    except Exception as thrown:
        seen["error"] = {"message": repr(thrown)}
    print(json.dumps({"id": question["id"], "seen": seen}), flush=True)


asyncio.run(answer_all(answer))
