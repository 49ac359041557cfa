"""Asks through the Python anthropic SDK. A question is a line of JSON on stdin, what was seen of its answer one on stdout."""

import asyncio
import json
import sys

from anthropic import APIError, APIStatusError, AsyncAnthropic

SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}}}


async def ask(client, prompt, seen):
    tools = [{"name": "mail", "description": "sends", "input_schema": SCHEMA}]
    pieces = {}
    messages = [{"role": "user", "content": prompt}]
    async for event in await client.messages.create(model="claude-x", max_tokens=99, messages=messages, tools=tools, stream=True):
        if event.type == "content_block_start" and event.content_block.type == "tool_use":
            pieces[event.index] = [event.content_block.name, ""]
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            seen["text"] += event.delta.text
        elif event.type == "content_block_delta" and event.delta.type == "thinking_delta":
            seen["reasoning"] += event.delta.thinking
        elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            pieces[event.index][1] += event.delta.partial_json
        elif event.type == "message_delta":
            seen["finish"] = event.delta.stop_reason
    for name, arguments in pieces.values():
        try:
            seen["calls"].append({"name": name, "args": json.loads(arguments)})
        except ValueError:
            pass  # Input that does not parse makes no call.


async def answer(question):
    seen = {"text": "", "reasoning": "", "calls": [], "finish": None, "requests": 1}
    async with AsyncAnthropic(api_key="unused", base_url=question["baseURL"], max_retries=0) as client:
        try:
            await ask(client, question["prompt"], seen)
        except APIStatusError as thrown:
            seen["error"] = {"status": thrown.status_code, "code": thrown.message}
        except APIError as thrown:
            seen["error"] = {"code": thrown.message}
    print(json.dumps({"id": question["id"], "seen": seen}), flush=True)


async def main():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks = set()
    while line := await reader.readline():
        task = asyncio.create_task(answer(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


asyncio.run(main())
