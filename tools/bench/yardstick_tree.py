#!/usr/bin/env python3
"""What one would write for the session files of four agents: the tree's yardstick.

    python3 yardstick_tree.py [--db PATH] DIRECTORY

It reads the files that tools/gen_tree.ts writes, the oldest first, parses each line,
commits each event by itself, as durably as turn-counter, and fills the same tables.
"""

import argparse
import json
import pathlib
import re

from yardstick import deliver, hash_of, milliseconds, open_database, well_formed

HEAD_BYTES = 65536
TIME = re.compile(rb'"timestamp":"([^"]+)"')
STOPS = {"stop": "completed", "length": "completed", "aborted": "aborted", "error": "failed"}


class Session:
    """One file: its session, its last prompt, and how far the agent is with it."""

    agent = ""

    def __init__(self):
        self.sid = self.cwd = self.owner = self.turn_id = self.message = None
        self.text = ""
        self.open = False

    def event(self, kind, t, key, text="", outcome=None, reason=None):
        key = f"{self.agent}|{key}"
        if kind == "prompt":
            self.owner, self.open = hash_of(key), True
        if kind == "end":
            self.open = False
        return {
            "kind": kind, "sid": self.sid, "pid": 0, "t": t, "ms": milliseconds(t), "hash": hash_of(key),
            "text": well_formed(text), "turn_id": self.turn_id, "agent": self.agent, "cwd": self.cwd,
            "owner": self.owner, "outcome": outcome, "reason": reason,
        }  # fmt: skip

    def joined(self, message, text):
        """The text of all parts of a message so far."""
        self.text = self.text + text if message == self.message else text
        self.message = message
        return self.text


class Codex(Session):
    agent = "codex"
    skipped = False
    prompts = answers = 0

    def read(self, line):
        kind, t, data = line["type"], line["timestamp"], line["payload"]
        if kind == "session_meta" and self.sid is None:
            self.sid, self.cwd = data["id"], data["cwd"]
            self.skipped = data.get("thread_source") == "subagent"
        if self.skipped:
            return
        kind, turn, item = data.get("type"), data.get("turn_id"), data.get("item", {})
        text = "".join(part["text"] for part in item.get("content", []))
        if kind == "task_started":
            self.turn_id, self.prompts, self.answers = turn, 0, 0
        # A paginated rollout has a prompt as an item, too.
        elif kind == "user_message" or "internal_chat_message_metadata_passthrough" in data:
            self.prompts += 1
            text = data["message"] if kind == "user_message" else data["content"][0]["text"]
            yield self.event("prompt", t, f"{self.turn_id}|prompt|{self.prompts}", text)
        elif kind == "agent_message" or item.get("type") == "AgentMessage":
            self.answers += 1
            yield self.event("answer", t, f"{self.turn_id}|answer|{self.answers}", text or data["message"])
        elif kind == "task_complete":
            error = data.get("error")
            outcome, reason = ("failed", error["message"]) if error else ("completed", None)
            yield self.event("end", t, f"{turn}|end", outcome=outcome, reason=reason)
        elif kind == "turn_aborted":
            yield self.event("end", t, f"{turn}|end", outcome="aborted", reason=data["reason"])


class Claude(Session):
    agent = "claude"

    def read(self, line):
        if line.get("isSidechain") or "uuid" not in line:
            return
        self.sid, self.cwd = line["sessionId"], line["cwd"]
        kind, t, uuid, message = line["type"], line["timestamp"], line["uuid"], line.get("message", {})
        content = message.get("content", "")
        texts = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        if kind == "user" and texts.startswith("[Request interrupted"):
            if self.open:
                yield self.event("end", t, f"{uuid}|end", outcome="aborted", reason=texts)
        elif kind == "user" and texts:
            self.turn_id = line["promptId"]
            yield self.event("prompt", t, uuid, texts)
        elif kind == "attachment" and line["attachment"]["type"] == "queued_command":
            self.turn_id = uuid
            yield self.event("prompt", t, uuid, line["attachment"]["prompt"])
        elif line.get("isApiErrorMessage"):
            yield self.event("end", t, f"{uuid}|end", outcome="failed", reason=texts)
        elif kind == "assistant":
            if texts:
                yield self.event("answer", t, uuid, self.joined(message["id"], texts))
            if message["stop_reason"] == "end_turn" and self.open:
                yield self.event("end", t, f"{uuid}|end", outcome="completed", reason="end_turn")
        elif line.get("subtype") == "turn_duration" and self.open:
            yield self.event("end", t, f"{uuid}|end", outcome="completed")


class Copilot(Session):
    agent = "copilot"
    call = ""

    def read(self, line):
        kind, t, key, data = line["type"], line["timestamp"], line["id"], line["data"]
        if kind == "session.start":
            self.sid, self.cwd = data["sessionId"], data["context"]["cwd"]
        elif kind == "user.message":
            self.turn_id = data["interactionId"]
            yield self.event("prompt", t, key, data["content"])
        elif kind == "assistant.message":
            self.call = "tools" if data["toolRequests"] else "answer"
            if data["content"]:
                yield self.event("answer", t, key, self.joined(data["messageId"], data["content"]))
        elif kind == "assistant.turn_end":
            if self.call == "answer" and self.open:
                yield self.event("end", t, key, outcome="completed")
            self.call = "" if self.call else "nothing"
        elif kind == "abort" and self.open:
            yield self.event("end", t, key, outcome="aborted", reason=data["reason"])
        elif kind == "session.error" and self.call == "nothing" and self.open:
            yield self.event("end", t, key, outcome="failed", reason=data["message"])
        elif kind == "session.shutdown":
            self.owner, reason = None, data["shutdownType"]
            yield self.event("session end", t, key, outcome="aborted", reason=reason)


class Pi(Session):
    agent = "pi"

    def read(self, line):
        if line["type"] == "session":
            self.sid, self.cwd = line["id"], line["cwd"]
        if line["type"] != "message":
            return
        message, t, key = line["message"], line["timestamp"], f"{line['id']}|{line['timestamp']}"
        text = "".join(part.get("text", "") for part in message["content"])
        if message["role"] == "user":
            yield self.event("prompt", t, f"{key}|prompt", text)
        if message["role"] != "assistant":
            return
        stop = message["stopReason"]
        outcome = STOPS.get(stop)
        if text and outcome not in ("aborted", "failed"):
            yield self.event("answer", t, f"{key}|answer", text)
        if outcome:
            reason = message["errorMessage"] if outcome == "failed" else stop
            yield self.event("end", t, f"{key}|end", outcome=outcome, reason=reason)


def age(path):
    with path.open("rb") as file:
        first = TIME.search(file.read(HEAD_BYTES))
    return first[1] if first else b"", path.stat().st_mtime, path


def agent_of(first):
    if first.get("type") == "session_meta":
        return Codex
    if first.get("type") == "session.start":
        return Copilot
    return Pi if first.get("type") == "session" else Claude


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", default="yardstick.db")
    parser.add_argument("directory")
    args = parser.parse_args()
    db = open_database(args.db)
    files = [path for path in pathlib.Path(args.directory).rglob("*.jsonl") if not path.name.startswith("agent-")]
    for path in sorted(files, key=age):
        session = None
        for text in path.open("rb"):
            line = json.loads(text)
            session = session or agent_of(line)()
            for event in session.read(line):
                deliver(db, event)


if __name__ == "__main__":
    main()
