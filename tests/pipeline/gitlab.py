#!/usr/bin/env python3
"""A stand-in for GitLab's API on loopback, with a project of the test's own in the directory of its argument. Prints its
address. It knows only what the steps ask for."""
import http.server, io, json, pathlib, re, sys, urllib.parse, zipfile

root = pathlib.Path(sys.argv[1])
PAGE = 100


def load(name, empty):
    path = root / name
    return json.loads(path.read_text()) if path.exists() else empty


class Api(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_one("GET")

    def do_POST(self):
        self.handle_one("POST")

    def do_PUT(self):
        self.handle_one("PUT")

    def handle_one(self, method):
        if self.headers.get("PRIVATE-TOKEN") != "glpat-canary-20c4":
            return self.answer(401, {"message": "401 Unauthorized"})
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        body = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("content-length") or 0)).decode())
        if url.path == "/api/v4/user":
            return self.answer(200, {"id": 42})
        if found := re.fullmatch(r"/api/v4/users/(\d+)", url.path):
            return self.answer(200, {"id": int(found[1]), "bot": found[1] == "43"})
        path = url.path.removeprefix("/api/v4/projects/1/")

        def listed(items):
            page = int(query.get("page", ["1"])[0])
            assert query["per_page"] == [str(PAGE)]
            return self.answer(200, items[(page - 1) * PAGE : page * PAGE])

        if found := re.fullmatch(r"repository/commits/(\w+)/merge_requests", path):
            return listed(load("merged.json", {}).get(found[1], []))
        if path == "merge_requests/7/notes":
            notes = load("notes.json", [])
            if method == "GET":
                return listed(notes)
            notes.append({"id": 100 + len(notes), "system": False, "author": {"id": 42}, "body": body["body"][0]})
            (root / "notes.json").write_text(json.dumps(notes))
            return self.answer(201, notes[-1])
        if method == "PUT" and (found := re.fullmatch(r"merge_requests/7/notes/(\d+)", path)):
            notes = load("notes.json", [])
            [one] = [n for n in notes if n["id"] == int(found[1])]
            one["body"] = body["body"][0]
            (root / "notes.json").write_text(json.dumps(notes))
            return self.answer(200, one)
        if path == "merge_requests/7/versions":
            return listed(load("versions.json", []))
        if found := re.fullmatch(r"merge_requests/7/versions/(\d+)", path):
            [one] = [v for v in load("versions.json", []) if v["id"] == int(found[1])]
            return self.answer(200, {"state": "collected", "diffs": [], **one})
        if found := re.fullmatch(r"repository/commits/(\w+)", path):
            return self.answer(200, {"id": found[1], "parent_ids": load("parents.json", {}).get(found[1], [])})
        if path == "merge_requests/7/pipelines":
            own = lambda p: {"id": int(p.name), "project_id": 1, "source": "merge_request_event"}
            return listed([own(p) | json.loads((p / "api.json").read_text()) for p in (root / "pipelines").iterdir()])
        if found := re.fullmatch(r"pipelines/(\d+)/jobs", path):
            return listed([{"id": int(found[1]) * 10, "name": "campaign:plan", "artifacts_file": {}}])
        if found := re.fullmatch(r"jobs/(\d+)0/artifacts", path):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for file in (root / "pipelines" / found[1] / "planned").iterdir():
                    archive.write(file, f"planned/{file.name}")
            return self.answer(200, packed.getvalue(), "application/zip")
        return self.answer(404, {"message": "404 Not Found"})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
