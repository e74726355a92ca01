"""Executor: the workers of a Dask cluster, here or on other machines. The only file that imports Dask."""

from __future__ import annotations

import logging
import pickle
import socket
import threading
from collections import deque
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from autarky.ensemble.executors import Made, Task, Work, too_many_lost
from autarky.errors import InputError, Problem
from autarky.memory import SHARE, free_memory

PATIENCE = 15
"""Seconds to wait for the scheduler, and for its first worker."""

_ONE_AT_A_TIME = threading.Lock()


class Dask:
    """The workers of the Dask cluster whose scheduler is at ``address``; they need the same autarky.

    Dask gives the tasks of a worker that is lost to others. A worker of several threads does one task at a
    time: start each with one thread.
    """

    def __init__(self, address: str) -> None:
        """Reaches for the cluster once, so that a wrong address is told before anything is computed.

        Raises
        ------
        InputError
            If ``distributed`` is not installed, or there is no scheduler, or it has no workers.
        """
        self.address = address
        with self._client() as client:
            workers = client.scheduler_info(n_workers=-1)["workers"].values()
            limits = [worker["memory_limit"] for worker in workers if worker["memory_limit"]]
        self._room = int(min(limits, default=free_memory()) * SHARE)

    def room(self) -> int:
        """Four fifths of the memory of the smallest worker."""
        return self._room

    def run(self, work: Work, tasks: Sequence[Task]) -> Made:
        """Each task with what became of it, in order of completion."""
        from distributed import CancelledError, KilledWorker, as_completed

        waiting = deque(tasks)
        given: dict[Any, Task] = {}
        version = metadata.version("autarky")
        cargo = pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
        with self._client() as client:
            # A task, not scattered data: if the workers that hold it are lost, it is done again on others.
            shared = client.submit(pickle.loads, cargo, pure=False)
            done = as_completed([], loop=client.loop)
            while waiting or given:
                try:
                    # A few ahead, so that no worker waits; not all, so that answers do not pile up.
                    while waiting and len(given) < 2 + 2 * len(client.nthreads()):
                        future = client.submit(_one_at_a_time, shared, waiting[0], pure=False)
                        given[future] = waiting.popleft()
                        done.add(future)
                    future = next(done)
                    task = given.pop(future)
                    there, content = future.result()
                    future.release()
                except KilledWorker as error:
                    raise too_many_lost(task, f"worker {error.last_worker.address}") from error
                except (CancelledError, OSError, TimeoutError) as error:
                    what = "the cluster was lost before all was done"
                    raise self._problem(what, "start it again; the same command then resumes") from error
                if there != version:
                    what = f"a worker has autarky {there}, this is {version}"
                    raise self._problem(what, "install the same version on both")
                yield task, content

    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            remedy = "install it with: pip install 'autarky[dask]', or leave out --cluster"
            raise self._problem("needs distributed, which is not installed", remedy) from error
        # What goes wrong is told in one line; Dask's own log would print traces of it besides.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        client = None
        try:
            # A client that never got through waits, when it is thrown away, for a loop that may not run.
            _knock(self.address)
            client = Client(self.address, timeout=PATIENCE, set_as_default=False)
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            if client is not None:
                client.close()
                what = f"the scheduler has no worker after {PATIENCE} s"
                raise self._problem(what, "start one: dask worker ADDRESS --nthreads 1") from error
            what = f"no Dask scheduler answers: {' '.join(str(error).split())[:200]}"
            raise self._problem(what, "give its address, for instance tcp://10.0.0.5:8786") from error
        return client

    def _problem(self, what: str, remedy: str) -> InputError:
        return InputError(Problem(f"--cluster {self.address}", what, remedy))


def _knock(address: str) -> None:
    """Raises OSError or ValueError if nobody listens at a TCP address."""
    from distributed.comm.addressing import get_address_host_port

    host, port = get_address_host_port(address, strict=True)
    if not 0 < port < 2**16:
        raise ValueError(f"port {port} is not between 1 and 65535")
    with socket.create_connection((host, port), timeout=PATIENCE):
        pass


def _one_at_a_time(work: Work, task: Task) -> tuple[str, bytes]:
    """On a worker: its version of autarky, and what became of the task."""
    import numba

    with _ONE_AT_A_TIME:
        numba.set_num_threads(1)
        return metadata.version("autarky"), work(task)
