"""Asks through the Python anthropic SDK. A question is a line of JSON on stdin, what was seen of its answer one on stdout."""

import asyncio
import json

import httpx2
from anthropic import APIError, APIStatusError, AsyncAnthropic

from questions import answer_all

SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}}}


async def ask(client, question, seen):
    if question.get("schema"):
        extra = {"output_config": {"format": {"type": "json_schema", "schema": question["schema"]}}}
    else:
        extra = {"tools": [{"name": "mail", "description": "sends", "input_schema": SCHEMA}]}
    pieces = {}
    messages = [{"role": "user", "content": question["prompt"]}]
    async for event in await client.messages.create(model="claude-x", max_tokens=99, messages=messages, stream=True, **extra):
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
    seen = {"text": "", "reasoning": "", "calls": [], "finish": None, "requests": 0}

    async def count(_request):
        seen["requests"] += 1

    http = httpx2.AsyncClient(event_hooks={"request": [count]})
    async with AsyncAnthropic(api_key="unused", base_url=question["baseURL"], max_retries=1, http_client=http) as client:
        try:
            await ask(client, question, seen)
        except APIStatusError as thrown:
            seen["error"] = {"status": thrown.status_code, "code": thrown.message}
        except APIError as thrown:
            seen["error"] = {"code": thrown.message}
    print(json.dumps({"id": question["id"], "seen": seen}), flush=True)


asyncio.run(answer_all(answer))
