"""Calls of other libraries that wait for something which is not the database: a server, another process, the clock.

A name ends in ``*`` where all that begin so are meant. What takes milliseconds, as a cache does, is not in it.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from sessionlint.model.records import dataclass

_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_MODEL = ("create", "parse", "generate", "edit", "retrieve", "create_and_poll", "embed", "chat", "stream", "acreate", "rerank")
_CHAIN = ("invoke", "ainvoke", "batch", "abatch", "predict", "apredict", "embed_*", "aembed_*", "agenerate")
_AWS = ("abort_*", "batch_*", "copy*", "create_*", "delete_*", "describe_*", "detect_*", "download_*", "get_object*", "head_*")
_AWS_MORE = ("invoke*", "list_*", "publish*", "put_*", "receive_*", "send_*", "start_*", "upload_*", "query", "scan", "converse*")
_MAIL = ("send_message", "sendmail", "login", "starttls", "connect", "quit")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The ``methods`` that wait; ``is_async``: they give something that has to be awaited or entered."""

    methods: tuple[str, ...]
    is_async: bool = False

    def waits(self, method: str) -> bool:
        return any(method.startswith(name[:-1]) if name.endswith("*") else method == name for name in self.methods)


def _each(names: Iterable[str], waiting: Waiting) -> Mapping[str, Waiting]:
    return dict.fromkeys(names, waiting)


# What makes an object, a class or a function, and the methods of the object that wait; a package with `.*`: all that it has.
OBJECTS: Mapping[str, Waiting] = {
    "httpx.Client": Waiting((*_HTTP, "send", "stream")),
    "httpx.AsyncClient": Waiting((*_HTTP, "send", "stream"), True),
    **_each(("requests.Session", "requests.session", "requests.sessions.Session"), Waiting((*_HTTP, "send"))),
    "aiohttp.ClientSession": Waiting((*_HTTP, "ws_connect"), True),
    "urllib3.PoolManager": Waiting(("request", "urlopen")),
    **_each(("openai.OpenAI", "openai.AzureOpenAI", "openai.Client"), Waiting(_MODEL)),
    **_each(("openai.AsyncOpenAI", "openai.AsyncAzureOpenAI", "openai.AsyncClient"), Waiting(_MODEL, True)),
    **_each(("anthropic.Anthropic", "anthropic.AnthropicBedrock", "anthropic.AnthropicVertex"), Waiting(_MODEL)),
    **_each(("anthropic.AsyncAnthropic", "anthropic.AsyncAnthropicBedrock"), Waiting(_MODEL, True)),
    **_each(("groq.Groq", "together.Together", "cohere.Client", "cohere.ClientV2", "ollama.Client"), Waiting(_MODEL)),
    **_each(("groq.AsyncGroq", "together.AsyncTogether", "cohere.AsyncClient", "ollama.AsyncClient"), Waiting(_MODEL, True)),
    "mistralai.Mistral": Waiting(("complete", "complete_async", "create", "create_async", "process")),
    "google.genai.Client": Waiting(("generate_content", "embed_content", "generate_images")),
    "google.generativeai.GenerativeModel": Waiting(("generate_content", "generate_content_async")),
    **_each((f"langchain_{name}.*" for name in ("openai", "anthropic", "google_genai", "ollama", "groq")), Waiting(_CHAIN)),
    **_each(("boto3.client", "boto3.Session.client", "boto3.session.Session.client"), Waiting((*_AWS, *_AWS_MORE))),
    **_each(("aioboto3.Session.client", "aiobotocore.session.get_session.create_client"), Waiting((*_AWS, *_AWS_MORE), True)),
    **_each(("smtplib.SMTP", "smtplib.SMTP_SSL"), Waiting(_MAIL)),
    "aiosmtplib.SMTP": Waiting(_MAIL, True),
    "fastapi_mail.FastMail": Waiting(("send_message",), True),
    "ftplib.FTP": Waiting(("login", "storbinary", "retrbinary", "nlst")),
    "paramiko.SSHClient": Waiting(("connect", "exec_command")),
    "twilio.rest.Client": Waiting(("create", "fetch")),
    "sendgrid.SendGridAPIClient": Waiting(("send",)),
    "slack_sdk.WebClient": Waiting(("chat_*", "files_*", "conversations_*", "users_*", "api_call")),
    "slack_sdk.web.async_client.AsyncWebClient": Waiting(("chat_*", "files_*", "conversations_*", "users_*", "api_call"), True),
    "celery.result.AsyncResult": Waiting(("get", "wait")),
    "subprocess.Popen": Waiting(("wait", "communicate")),
    **_each(("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"), Waiting(("wait", "communicate"), True)),
    "aiogram.Bot": Waiting(("send_*", "edit_*", "delete_*", "forward_*", "copy_*", "get_*", "answer_*"), True),
    "aiogram.types.Message": Waiting(("answer*", "reply*", "edit_*", "delete", "forward", "copy_to"), True),
    "aiogram.types.CallbackQuery": Waiting(("answer*", "edit_*", "delete"), True),
    **_each(
        ("discord.Message", "discord.TextChannel", "discord.Member", "discord.User"), Waiting(("send", "reply", "edit"), True)
    ),
    "discord.Interaction": Waiting(("send", "send_message", "defer", "edit_*"), True),
    **_each(("discord.ext.commands.Context", "discord.ApplicationContext"), Waiting(("send", "reply", "respond", "defer"), True)),
    **_each(("telegram.Bot", "telegram.Update", "telegram.Message"), Waiting(("send_*", "reply_*", "edit_*", "answer"), True)),
    **_each(("telegram.ext.ContextTypes.DEFAULT_TYPE", "telegram.ext.CallbackContext"), Waiting(("send_*", "edit_*"), True)),
}

_SYNC_FUNCTIONS = frozenset(
    {
        *(f"{module}.{name}" for module in ("requests", "requests.api", "httpx") for name in _HTTP),
        *("httpx.stream", "urllib3.request", "urllib.request.urlopen", "urllib.request.urlretrieve"),
        *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output")),
        *("os.system", "smtplib.SMTP", "smtplib.SMTP_SSL"),
        *("litellm.completion", "litellm.embedding", "ollama.chat", "ollama.generate", "ollama.embed"),
        *(f"openai.{name}.create" for name in ("chat.completions", "embeddings", "responses", "ChatCompletion", "Completion")),
    }
)
_ASYNC_FUNCTIONS = frozenset(
    {
        *("litellm.acompletion", "litellm.aembedding", "aiosmtplib.send", "openai.ChatCompletion.acreate"),
        *("aiohttp.request", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"),
    }
)
FUNCTIONS: Mapping[str, bool] = {**dict.fromkeys(_SYNC_FUNCTIONS, False), **dict.fromkeys(_ASYNC_FUNCTIONS, True)}
"""The functions that wait, and whether what they give has to be awaited or entered."""

SLEEPS: Mapping[str, bool] = {"time.sleep": False, "asyncio.sleep": True, "anyio.sleep": True, "trio.sleep": True}
"""Functions that wait for the seconds that they are given."""

THREADS = frozenset(
    {
        *("asyncio.to_thread", "anyio.to_thread.run_sync"),
        *("fastapi.concurrency.run_in_threadpool", "starlette.concurrency.run_in_threadpool"),
    }
)
"""Functions that wait as long as what they run in a thread."""

STRIPE = frozenset({"create", "retrieve", "modify", "list", "confirm", "capture", "cancel", "search", "delete", "update"})
"""What waits at the end of ``stripe.Customer.create``."""

_METHODS = frozenset(name for waiting in OBJECTS.values() for name in waiting.methods)
_WHOLE = frozenset(name for name in _METHODS if not name.endswith("*"))
_STARTS = tuple(sorted(name[:-1] for name in _METHODS if name.endswith("*")))

_STANDARD = frozenset({"time", "asyncio", "subprocess", "os", "urllib"})
LIBRARIES = (frozenset(name.partition(".")[0] for name in (*OBJECTS, *FUNCTIONS)) - _STANDARD) | {"stripe"}
"""The packages that a file imports which waits for somebody by itself; those that every other file imports are left out."""


_OF_FUNCTIONS = frozenset(name.rpartition(".")[2] for name in (*FUNCTIONS, *SLEEPS, *THREADS)) | STRIPE


@cache
def is_method(name: str) -> bool:
    """Whether some object has a method of that name which waits."""
    return name in _WHOLE or name.startswith(_STARTS)


def is_waiting_name(name: str) -> bool:
    """Whether some function, or some object's method, of that name waits."""
    return name in _OF_FUNCTIONS or is_method(name)


def waiting_object(maker: str) -> Waiting | None:
    """The methods that wait, of what ``maker`` makes."""
    return OBJECTS.get(maker) or OBJECTS.get(f"{maker.partition('.')[0]}.*")
