"""One face for Microsoft's four clients: 1.0.0 and 2.0.0b4 of the package, each sync and aio.

Steps are written once, as if every client were aio: what a client returns is awaited where it can be.
"""

import importlib
import inspect
import os
from importlib.metadata import version
from typing import Any, AsyncIterator, List

from azure.core.pipeline.policies import AsyncHTTPPolicy, HTTPPolicy
from azure.mgmt.securityinsight import models

from harness.traffic import record

TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "5f3c0a6e-7d1b-4c52-9b0e-2a4c8e6d1f00"
GROUP = "rg-clients"
WORKSPACE = "law-clients"


class Sdk:
    """A client, and the workspace that its steps work in."""

    def __init__(self, way: str):
        self.aio = way == "aio"
        self.is_beta = version("azure-mgmt-securityinsight").startswith("2.")
        module = importlib.import_module("azure.mgmt.securityinsight" + (".aio" if self.aio else ""))
        client = module.SecurityInsightsMgmtClient if self.is_beta else module.SecurityInsights
        self.models = models
        # The authority is the emulator too, and Microsoft's list of authorities can't be asked for it.
        identity = importlib.import_module("azure.identity" + (".aio" if self.aio else ""))
        self.credential = identity.ClientSecretCredential(
            TENANT, "22222222-2222-4222-8222-222222222222", "secret", authority=os.environ["CLIENTS_HTTPS"],
            disable_instance_discovery=True,
        )
        self.client = client(
            self.credential, SUBSCRIPTION, base_url=os.environ["CLIENTS_HTTPS"],
            credential_scopes=["https://management.azure.com/.default"], polling_interval=0,
            per_retry_policies=[_AioRecorder() if self.aio else _Recorder()],
        )

    @property
    def workspace_id(self) -> str:
        return (
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.OperationalInsights/"
            f"workspaces/{WORKSPACE}"
        )

    def id(self, path: str) -> str:
        """The ARM id of a resource of the workspace, as a client would spell it."""
        return f"{self.workspace_id}/providers/Microsoft.SecurityInsights/{path}"

    async def call(self, operations: str, method: str, *arguments: Any, **named: Any) -> Any:
        """`client.<operations>.<method>(group, workspace, …)`; a long-running operation is waited for."""
        found = getattr(self.client, operations)
        if not hasattr(found, method):
            method = f"begin_{method}"
        answer = getattr(found, method)(GROUP, WORKSPACE, *arguments, **named)
        answer = await answer if inspect.isawaitable(answer) else answer
        if method.startswith("begin_"):
            answer = answer.result()
            answer = await answer if inspect.isawaitable(answer) else answer
        return answer

    async def pages(self, operations: str, method: str, *arguments: Any, **named: Any) -> List[List[Any]]:
        """Every page of a list, as the SDK's own paging finds them."""
        pager = getattr(getattr(self.client, operations), method)(GROUP, WORKSPACE, *arguments, **named)
        return [[item async for item in _each(page)] async for page in _each(pager.by_page())]

    async def list(self, operations: str, method: str, *arguments: Any, **named: Any) -> List[Any]:
        """Every item of a list."""
        return [item for page in await self.pages(operations, method, *arguments, **named) for item in page]

    async def close(self) -> None:
        for one in (self.client, self.credential):
            closing = one.close()
            if inspect.isawaitable(closing):
                await closing


async def _each(items: Any) -> AsyncIterator[Any]:
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


class _Recorder(HTTPPolicy):
    """Records what goes over the wire, at the last place before it."""

    def send(self, request: Any) -> Any:
        response = self.next.send(request)
        if hasattr(response.http_response, "read"):
            response.http_response.read()
        _record(response)
        return response


class _AioRecorder(AsyncHTTPPolicy):
    """The same for the aio client."""

    async def send(self, request: Any) -> Any:
        response = await self.next.send(request)
        received = response.http_response
        if not getattr(received, "is_stream_consumed", False):
            await (received.load_body() if hasattr(received, "load_body") else received.read())
        _record(response)
        return response


def _record(response: Any) -> None:
    sent, received = response.http_request, response.http_response
    # azure-core has two generations of requests and responses.
    body = getattr(sent, "content", None) or getattr(sent, "body", None)
    answer = None
    if received.status_code != 204:
        answer = received.body() if hasattr(received, "body") else received.content
    record(sent.method, sent.url, sent.headers, body, received.status_code, received.headers, answer)
