import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { type Contestant, fileIn, freePort, runCommand, Unavailable } from "./contestant.ts";

/** nginx as a plain pass-through: the least a reverse proxy can do. */
export const NGINX: Contestant = {
	name: "nginx pass-through",
	note: "proxy_buffering off, keep-alive upstream, one worker per core, no access log",
	async start(upstreamPort, workDir) {
		if (spawnSync("nginx", ["-v"]).error !== undefined) throw new Unavailable("nginx is not installed (apt-get install nginx-light)");
		const port = await freePort();
		const root = fileIn(workDir, "nginx");
		mkdirSync(root, { recursive: true });
		const config = fileIn(root, "nginx.conf");
		writeFileSync(
			config,
			`daemon off; worker_processes auto; worker_rlimit_nofile 20000; pid ${root}/nginx.pid; error_log ${root}/error.log;
events { worker_connections 20000; }
http {
	access_log off;
	client_body_temp_path ${root}/body; proxy_temp_path ${root}/proxy; fastcgi_temp_path ${root}/f; uwsgi_temp_path ${root}/u; scgi_temp_path ${root}/s;
	upstream model { server 127.0.0.1:${upstreamPort}; keepalive 1024; }
	server {
		listen 127.0.0.1:${port} backlog=4096;
		location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 300s; client_body_buffer_size 64k; }
	}
}
`,
		);
		return runCommand({
			file: "nginx",
			args: ["-p", root, "-c", config, "-e", `${root}/error.log`],
			port,
			logFile: fileIn(root, "stdout.log"),
		});
	},
};
