# SPDX-License-Identifier: MIT
# The Celery side of tests/bench/spawn.sh: a task that runs a program, and who submits N of them and
# waits for all results.   usage: celery_tasks.py N PROGRAM
import os
import subprocess
import sys

import celery

socket = os.environ["REDIS_SOCKET"]
app = celery.Celery("celery_tasks", broker="redis+socket://" + socket, backend="redis+socket://" + socket)
app.conf.update(task_acks_late=True, worker_send_task_events=False, result_expires=None,
                broker_connection_retry_on_startup=True)


@app.task(name="run")
def run(program):
    return subprocess.run([program], stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    jobs = [run.delay(sys.argv[2]) for _ in range(int(sys.argv[1]))]
    results = [job.get(timeout=600) for job in jobs]
    sys.exit(0 if results == [0] * int(sys.argv[1]) else 1)
