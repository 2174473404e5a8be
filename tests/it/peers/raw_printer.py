#!/usr/bin/python3
"""A printer on a raw port (9100) for tests: takes jobs, counts them and their bytes, and can be told
to misbehave. Prints its port, then a line of JSON for each job when it has ended.

    raw_printer.py [--port N] [--keep FOLDER] [--pages N] [--die-after BYTES] [--slow BYTES_A_SECOND]

--pages: speaks PJL: tells the job's end with so many pages. --die-after: resets the connection once so
many bytes of a job have come. Ends with standard input."""
import argparse
import hashlib
import json
import pathlib
import socket
import struct
import sys
import threading
import time


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--port", type=int, default=0)
    ask.add_argument("--keep")
    ask.add_argument("--pages", type=int)
    ask.add_argument("--die-after", type=int)
    ask.add_argument("--slow", type=int)
    options = ask.parse_args()
    server = socket.create_server(("127.0.0.1", options.port), backlog=128)
    print(server.getsockname()[1], flush=True)
    threading.Thread(target=serve, args=(server, options), daemon=True).start()
    sys.stdin.read()


def serve(server, options):
    number = 0
    while True:
        peer, _ = server.accept()
        number += 1
        job(peer, options, number)


def job(peer, options, number):
    body = bytearray()
    died = False
    while True:
        try:
            piece = peer.recv(65536)
        except OSError:
            died = True
            break
        if not piece:
            break
        body += piece
        if options.slow:
            time.sleep(len(piece) / options.slow)
        if options.die_after is not None and len(body) >= options.die_after:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            died = True
            break
        if options.pages is not None and b'@PJL EOJ NAME="quoin' in body[-200:]:
            answer = f"@PJL USTATUS JOB\r\nEND\r\nPAGES={options.pages}\r\n\f"
            peer.sendall(answer.encode())
            break
    peer.close()
    if options.keep:
        pathlib.Path(options.keep, f"job-{number}").write_bytes(bytes(body))
    print(json.dumps({"job": number, "bytes": len(body), "died": died,
                      "sha256": hashlib.sha256(body).hexdigest()}), flush=True)


main()
