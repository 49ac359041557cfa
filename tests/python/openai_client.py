"""Asks through the Python openai SDK. A question is a line of JSON on stdin, what was seen of its answer one on stdout."""

import asyncio
import json

import httpx2
from openai import APIError, APIStatusError, AsyncOpenAI

from questions import answer_all

PARAMETERS = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
MODEL = "gpt-4o"


class Notes:
    def __init__(self):
        self.texts = {}
        self.reasoning = ""
        self.calls = []
        self.finish = None
        self.requests = 0

    def say(self, text, choice=0):
        self.texts[choice] = self.texts.get(choice, "") + text

    async def count(self, _request):
        self.requests += 1

    def call(self, name, arguments):
        """Arguments that do not parse make no call."""
        try:
            self.calls.append({"name": name, "args": json.loads(arguments)})
        except ValueError:
            pass


async def chat(client, question, notes):
    extra = {}
    if question.get("withTool"):
        extra["tools"] = [{"type": "function", "function": {"name": "f", "parameters": PARAMETERS}}]
    if question.get("schema"):
        extra["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": question["schema"]}}
    if question.get("n"):
        extra["n"] = question["n"]
    calls = {}
    stream = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question["prompt"]}], stream=True, **extra
    )
    async for chunk in stream:
        for choice in chunk.choices:
            notes.say(choice.delta.content or "", choice.index)
            notes.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            notes.finish = choice.finish_reason or notes.finish
            for part in choice.delta.tool_calls or []:
                name, arguments = calls.get(part.index, ("", ""))
                calls[part.index] = (name + (part.function.name or ""), arguments + (part.function.arguments or ""))
    for name, arguments in calls.values():
        notes.call(name, arguments)


async def responses(client, question, notes):
    extra = {}
    if question.get("withTool"):
        extra["tools"] = [{"type": "function", "name": "f", "parameters": PARAMETERS, "strict": False}]
    if question.get("schema"):
        extra["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": question["schema"]}}
    async for event in await client.responses.create(model=MODEL, input=question["prompt"], stream=True, **extra):
        if event.type == "response.output_text.delta":
            notes.say(event.delta)
        elif event.type == "response.reasoning_summary_text.delta":
            notes.reasoning += event.delta
        elif event.type == "response.output_item.done" and event.item.type == "function_call":
            notes.call(event.item.name, event.item.arguments)
        elif event.type in ("response.completed", "response.incomplete", "response.failed"):
            details = event.response.incomplete_details
            notes.finish = details.reason if details else event.response.status


async def answer(question):
    notes = Notes()
    error = None
    http = httpx2.AsyncClient(event_hooks={"request": [notes.count]})
    async with AsyncOpenAI(api_key="unused", base_url=question["baseURL"], max_retries=1, http_client=http) as client:
        try:
            await {"chat": chat, "responses": responses}[question["kind"]](client, question, notes)
        except APIStatusError as thrown:
            error = {"status": thrown.status_code, "code": thrown.code}
        except APIError as thrown:
            error = {"code": thrown.code}
    choices = [notes.texts[index] for index in sorted(notes.texts)]
    text = choices[0] if choices else ""
    seen = {"text": text, "choices": choices, "reasoning": notes.reasoning, "calls": notes.calls, "finish": notes.finish, "requests": notes.requests}
    print(json.dumps({"id": question["id"], "seen": {**seen, **({"error": error} if error else {})}}), flush=True)


asyncio.run(answer_all(answer))
