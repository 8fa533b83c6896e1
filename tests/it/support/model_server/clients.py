"""Holds the stand-in, and what scribe sends, against the vendors' own client libraries.

usage: clients.py URL KEY obeys|refuses|cut|key|quota|limited|overloaded BODIES
"""

import json
import sys

import anthropic
import openai
from anthropic.types import message_create_params
from openai.types.chat import completion_create_params
from pydantic import TypeAdapter

url, key, mood, bodies = sys.argv[1:]
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answer"],
    "properties": {"answer": {"type": "string"}},
}


def ask_anthropic():
    client = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=100,
        system="You answer a test.",
        messages=[{"role": "user", "content": "{} Give the word ready."}],
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
    )


def ask_openai():
    client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0)
    form = {"name": "probe", "strict": True, "schema": SCHEMA}
    return client.chat.completions.create(
        model="some-model:3b",
        max_tokens=100,
        messages=[{"role": "user", "content": "{} Give the word ready."}],
        response_format={"type": "json_schema", "json_schema": form},
    )


def fails(ask, error, status):
    try:
        ask()
    except error as raised:
        assert raised.status_code == status, raised.status_code
        assert raised.request_id == "req_standin", raised.request_id
        return raised
    raise AssertionError(f"no {error.__name__}")


def known(body, params):
    """Every member is one that the vendor's types name, and of the type that they give it."""
    names = params.__annotations__.keys() | {n for base in params.__orig_bases__ for n in getattr(base, "__annotations__", {})}
    # Only older models still take a temperature, and the newest client no longer has a type for it.
    assert set(body) <= names | {"temperature"}, set(body) - names
    TypeAdapter(params).validate_python(body)


def check_bodies():
    all_bodies = json.load(open(bodies))
    assert len(all_bodies) >= 9, len(all_bodies)
    for body in all_bodies:
        if "system" in body:
            assert "temperature" not in body or body["model"] == "claude-haiku-4-5"
            known(body, message_create_params.MessageCreateParamsNonStreaming)
        else:
            known(body, completion_create_params.CompletionCreateParamsNonStreaming)


def obeys():
    check_bodies()
    message = ask_anthropic()
    assert json.loads(message.content[0].text) == {"answer": "ready"}, message
    assert (message.stop_reason, message.type) == ("end_turn", "message")
    assert message.usage.input_tokens > 0 and message.usage.output_tokens > 0
    assert message._request_id == "req_standin"
    completion = ask_openai()
    assert json.loads(completion.choices[0].message.content) == {"answer": "ready"}
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.prompt_tokens > 0 and completion.usage.completion_tokens > 0


def refuses():
    assert ask_anthropic().stop_reason == "refusal"
    message = ask_openai().choices[0].message
    assert message.refusal and message.content is None


def cut():
    assert ask_anthropic().stop_reason == "max_tokens"
    assert ask_openai().choices[0].finish_reason == "length"


def refused_key():
    fails(ask_anthropic, anthropic.AuthenticationError, 401)
    assert fails(ask_openai, openai.AuthenticationError, 401).code == "invalid_api_key"


def quota():
    assert "credit balance" in fails(ask_anthropic, anthropic.BadRequestError, 400).message
    assert fails(ask_openai, openai.RateLimitError, 429).code == "insufficient_quota"


def limited():
    for error in (fails(ask_anthropic, anthropic.RateLimitError, 429), fails(ask_openai, openai.RateLimitError, 429)):
        assert error.response.headers["retry-after"] == "7"


def overloaded():
    assert fails(ask_anthropic, anthropic.InternalServerError, 529).body["error"]["type"] == "overloaded_error"
    fails(ask_openai, openai.InternalServerError, 503)


{
    "obeys": obeys,
    "refuses": refuses,
    "cut": cut,
    "key": refused_key,
    "quota": quota,
    "limited": limited,
    "overloaded": overloaded,
}[mood]()
