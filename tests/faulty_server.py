"""A web server on this machine that serves one file, and cuts the line when it is told to."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FaultyServer(ThreadingHTTPServer):
    """Serves `content` at every path.

    `cuts` holds, for each answer to come, after how many bytes to hang up (None: not at all); `status` is an error to
    answer with; `ranges` says whether it can resume, `marks` whether it names the version (`etag`), `length` whether it
    says how long the content is. `requests` is the list of the Range headers that came.
    """

    daemon_threads = True

    def __init__(self, content):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.cuts, self.status, self.requests = content, [], [], []
        self.ranges, self.length, self.etag = True, True, '"one"'

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/archive"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers["Range"]
        server.requests.append(wanted)
        if server.status:
            self.send_error(server.status.pop(0))
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
        if self.headers["If-Range"] != server.etag:
            start = 0
        if start and start >= len(server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        self.send_content(server.content[start:], start)

    def send_content(self, rest, start):
        if start:
            total = len(self.server.content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if self.server.length:
            self.send_header("Content-Length", str(len(rest)))
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        self.end_headers()
        cut = self.server.cuts.pop(0) if self.server.cuts else None
        self.wfile.write(rest if cut is None else rest[:cut])  # HTTP/1.0: the line ends with the answer

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(content):
    server = FaultyServer(content)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
