"""Asks through the Python openai SDK. A question is a line of JSON on stdin, what was seen of its answer one on stdout."""

import asyncio
import json

import httpx2
from openai import APIError, APIStatusError, AsyncOpenAI, ContentFilterFinishReasonError

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


def chat_parameters(question):
    extra = {}
    if question.get("withTool"):
        extra["tools"] = [{"type": "function", "function": {"name": "f", "parameters": PARAMETERS}}]
    if question.get("schema"):
        extra["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": question["schema"]}}
    if question.get("n"):
        extra["n"] = question["n"]
    return {"model": MODEL, "messages": [{"role": "user", "content": question["prompt"]}], **extra}


class Chunks:
    """The chunks of a chat as an application joins them."""

    def __init__(self, notes):
        self.notes = notes
        self.calls = {}

    def take(self, chunk):
        for choice in chunk.choices:
            self.notes.say(choice.delta.content or "", choice.index)
            self.notes.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            self.notes.finish = choice.finish_reason or self.notes.finish
            for part in choice.delta.tool_calls or []:
                name, arguments = self.calls.get(part.index, ("", ""))
                self.calls[part.index] = (name + (part.function.name or ""), arguments + (part.function.arguments or ""))


async def chat(client, question, notes):
    chunks = Chunks(notes)
    async for chunk in await client.chat.completions.create(stream=True, **chat_parameters(question)):
        chunks.take(chunk)
    for name, arguments in chunks.calls.values():
        notes.call(name, arguments)


async def chat_stream(client, question, notes):
    chunks = Chunks(notes)
    async with client.chat.completions.stream(**chat_parameters(question)) as stream:
        async for event in stream:
            if event.type == "chunk":
                chunks.take(event.chunk)
        try:
            completion = await stream.get_final_completion()
        except ContentFilterFinishReasonError:
            return  # The SDK's own word for it; the last chunk has said so.
    for call in completion.choices[0].message.tool_calls or []:
        notes.call(call.function.name, call.function.arguments)


async def chat_whole(client, question, notes):
    completion = await client.chat.completions.create(**chat_parameters(question))
    for choice in completion.choices:
        notes.say(choice.message.content or "", choice.index)
    message = completion.choices[0].message
    notes.reasoning = getattr(message, "reasoning_content", None) or ""
    notes.finish = completion.choices[0].finish_reason
    for call in message.tool_calls or []:
        notes.call(call.function.name, call.function.arguments)


def response_parameters(question):
    extra = {}
    if question.get("withTool"):
        extra["tools"] = [{"type": "function", "name": "f", "parameters": PARAMETERS, "strict": False}]
    if question.get("schema"):
        extra["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": question["schema"]}}
    return {"model": MODEL, "input": question["prompt"], **extra}


def finish_of(response):
    return response.incomplete_details.reason if response.incomplete_details else response.status


def take_event(event, notes):
    if event.type == "response.output_text.delta":
        notes.say(event.delta)
    elif event.type == "response.reasoning_summary_text.delta":
        notes.reasoning += event.delta
    elif event.type == "response.output_item.done" and event.item.type == "function_call":
        notes.call(event.item.name, event.item.arguments)
    elif event.type in ("response.completed", "response.incomplete", "response.failed"):
        notes.finish = finish_of(event.response)


async def responses(client, question, notes):
    async for event in await client.responses.create(stream=True, **response_parameters(question)):
        take_event(event, notes)


async def responses_stream(client, question, notes):
    async with client.responses.stream(**response_parameters(question)) as stream:
        async for event in stream:
            take_event(event, notes)
        # The SDK has none where the last event says that it is incomplete.
        if notes.finish == "completed":
            await stream.get_final_response()


async def responses_whole(client, question, notes):
    response = await client.responses.create(**response_parameters(question))
    notes.finish = finish_of(response)
    for item in response.output:
        if item.type == "message":
            notes.say("".join(part.text for part in item.content if part.type == "output_text"))
        elif item.type == "reasoning":
            notes.reasoning += "".join(part.text for part in item.summary)
        elif item.type == "function_call":
            notes.call(item.name, item.arguments)


WAYS = {
    "chat": chat,
    "chat.stream()": chat_stream,
    "chat, not streamed": chat_whole,
    "responses": responses,
    "responses.stream()": responses_stream,
    "responses, not streamed": responses_whole,
}


async def answer(question):
    notes = Notes()
    error = None
    http = httpx2.AsyncClient(event_hooks={"request": [notes.count]})
    async with AsyncOpenAI(api_key="unused", base_url=question["baseURL"], max_retries=1, http_client=http) as client:
        try:
            await WAYS[question["kind"]](client, question, notes)
        except APIStatusError as thrown:
            error = {"status": thrown.status_code, "code": thrown.code}
        except APIError as thrown:
            error = {"code": thrown.code}
        except Exception as thrown:
            error = {"code": repr(thrown)}
    choices = [notes.texts[index] for index in sorted(notes.texts)]
    text = choices[0] if choices else ""
    seen = {"text": text, "choices": choices, "reasoning": notes.reasoning, "calls": notes.calls, "finish": notes.finish, "requests": notes.requests}
    print(json.dumps({"id": question["id"], "seen": {**seen, **({"error": error} if error else {})}}), flush=True)


asyncio.run(answer_all(answer))
