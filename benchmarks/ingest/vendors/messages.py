"""Messages as a vendor's agent sends them, and clients that post them from a process of their own."""

from __future__ import annotations

import json
import multiprocessing
import random
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

CLIENTS = 32
PATH = "/ingest/reads/rekor/bench"


@dataclass(frozen=True, slots=True)
class Posted:
    """What clients saw: messages per second, and how long answers took, in milliseconds."""

    rate: float
    p50: float
    p99: float
    failed: int


def message(number: int, plate: str, seconds: float) -> bytes:
    """One result of Rekor's agent, some 2 KB, of a camera of its own for every few."""
    said: dict[str, Any] = {
        "data_type": "alpr_results",
        "version": 2,
        "epoch_time": int(seconds * 1000),
        "img_width": 1920,
        "img_height": 1080,
        "processing_time_ms": 112.5,
        "uuid": f"bench-{number}",
        "agent_uid": "BENCHMARKBENCHMARK",
        "camera_id": number % 500,
        "results": [
            {
                "plate": plate,
                "confidence": 92.5,
                "region": "us-va",
                "region_confidence": 80,
                "coordinates": [{"x": 10, "y": 10}, {"x": 90, "y": 10}, {"x": 90, "y": 40}, {"x": 10, "y": 40}],
                "candidates": [{"plate": plate, "confidence": 92.5, "matches_template": 1}],
            }
        ],
        "padding": "x" * 1200,
    }
    return json.dumps(said).encode()


def post(port: int, count: int, rate: float | None) -> Posted:
    """Post messages from another process.

    Args:
        port: Of the server, on loopback.
        count: How many.
        rate: Messages a second altogether; None: each client as fast as it is answered.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_post, (port, count, rate))


def _post(port: int, count: int, rate: float | None) -> Posted:
    took: list[float] = []
    failed: list[int] = []

    def send(client: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            at = time.perf_counter() + (random.random() * CLIENTS / rate if rate else 0.0)
            for number in range(count // CLIENTS):
                body = message(client * 1_000_000 + number, "ABC1234", 1_800_000_000.0)
                head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nX-Api-Key: token\r\nContent-Length: {len(body)}\r\n\r\n"
                if rate:
                    time.sleep(max(at - time.perf_counter(), 0.0))
                    at += CLIENTS / rate
                began = time.perf_counter()
                connection.sendall(head.encode() + body)
                answer = connection.recv(4096)
                took.append((time.perf_counter() - began) * 1000)
                if b" 202 " not in answer[:16]:
                    failed.append(client)

    threads = [threading.Thread(target=send, args=(client,)) for client in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    took.sort()
    return Posted(len(took) / seconds, took[len(took) // 2], took[int(len(took) * 0.99)], len(failed))
