"""Asks through the Python anthropic SDK. A question is a line of JSON on stdin, what was seen of its answer one on stdout."""

import asyncio
import json

import httpx2
from anthropic import APIError, APIStatusError, AsyncAnthropic

from questions import answer_all

SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}}}


def parameters(question):
    if question.get("schema"):
        extra = {"output_config": {"format": {"type": "json_schema", "schema": question["schema"]}}}
    else:
        extra = {"tools": [{"name": "mail", "description": "sends", "input_schema": SCHEMA}]}
    return {"model": "claude-x", "max_tokens": 99, "messages": [{"role": "user", "content": question["prompt"]}], **extra}


async def raw(client, question, seen):
    pieces = {}
    async for event in await client.messages.create(stream=True, **parameters(question)):
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


def take_message(message, seen):
    """A caller makes calls only where the answer stopped for them."""
    seen["finish"] = message.stop_reason
    if message.stop_reason == "tool_use":
        seen["calls"] = [{"name": block.name, "args": block.input} for block in message.content if block.type == "tool_use"]


async def stream(client, question, seen):
    async with client.messages.stream(**parameters(question)) as events:
        async for event in events:
            if event.type == "text":
                seen["text"] += event.text
            elif event.type == "thinking":
                seen["reasoning"] += event.thinking
        take_message(await events.get_final_message(), seen)


async def whole(client, question, seen):
    message = await client.messages.create(**parameters(question))
    for block in message.content:
        seen["text"] += block.text if block.type == "text" else ""
        seen["reasoning"] += block.thinking if block.type == "thinking" else ""
    take_message(message, seen)


WAYS = {"messages": raw, "messages.stream()": stream, "not streamed": whole}


async def answer(question):
    seen = {"text": "", "reasoning": "", "calls": [], "finish": None, "requests": 0}

    async def count(_request):
        seen["requests"] += 1

    http = httpx2.AsyncClient(event_hooks={"request": [count]})
    async with AsyncAnthropic(api_key="unused", base_url=question["baseURL"], max_retries=1, http_client=http) as client:
        try:
            await WAYS[question["kind"]](client, question, seen)
        except APIStatusError as thrown:
            seen["error"] = {"status": thrown.status_code, "code": thrown.message}
        except APIError as thrown:
            seen["error"] = {"code": thrown.message}
        except Exception as thrown:
            seen["error"] = {"code": repr(thrown)}
    print(json.dumps({"id": question["id"], "seen": seen}), flush=True)


asyncio.run(answer_all(answer))
