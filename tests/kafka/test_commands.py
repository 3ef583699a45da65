"""The commands of the service on a real broker."""

import asyncio
import json
import re

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import NewPartitions, NewTopic

from detector.cli import kafka as shared
from detector.runtime.connect import administrator, writing
from detector.runtime.follow import following
from detector.worker import Connection, WorkerConfig
from tests.cli.logs import records, write_logs
from tests.kafka.broker import free_ports
from tests.kafka.commands import config
from tests.schemas.messages import GOLDEN


def send(made: WorkerConfig, topic: str, *values: bytes) -> None:
    """Write records."""

    async def sending() -> None:
        async with writing(made) as producer:
            for value in values:
                await producer.send_and_wait(topic, value, partition=0)

    asyncio.run(sending())


def read(made: WorkerConfig, *topics: str) -> list[ConsumerRecord]:
    """All that the topics hold."""

    async def reading_all() -> list[ConsumerRecord]:
        return [record async for _, record in following(made, topics, ends=True)]

    return asyncio.run(reading_all())


def commit(made: WorkerConfig, group: str, topic: str, offset: int) -> None:
    """Say that a group has read so far, and leave."""

    async def committing() -> None:
        member = AIOKafkaConsumer(
            bootstrap_servers=made.connection.bootstrap, group_id=group, enable_auto_commit=False
        )
        await member.start()
        try:
            where = TopicPartition(topic, 0)
            member.assign([where])
            await member.commit({where: offset})
        finally:
            await member.stop()

    asyncio.run(committing())


def golden(name: str) -> bytes:
    """A message as readers know it."""
    return (GOLDEN / f"{name}.json").read_bytes().strip()


# ------------------------------------------------------------------------------------------- topics


def test_the_plan_needs_no_cluster(run, monkeypatch):
    """Topics, settings and rights of every role are printed, without a broker being asked."""
    monkeypatch.setenv("DETECTOR_KAFKA__BOOTSTRAP", "192.0.2.1:9092")
    answer = run("topics", "plan", "--partitions", 12, "--principal", "User:CN=ROLE")

    assert 0 == answer.code
    assert re.search(r"activity +12 +3 +retention.ms=259200000", answer.out)
    assert "--allow-principal User:CN=detect \\\n  --operation Read --operation Write" in answer.out
    assert "# operator" in answer.out


def test_topics_are_created_once(run, topics, monkeypatch):
    """What is missing is created and named; a second time there is nothing to do."""
    monkeypatch.setenv("DETECTOR_KAFKA__PREFIX", f"{topics.prefix}new.")
    first = run("topics", "create", "--partitions", 2, "--replication", 1)
    second = run("topics", "create", "--partitions", 2, "--replication", 1)

    assert (0, 0) == (first.code, second.code)
    assert f"created {topics.prefix}new.activity" in first.out
    assert "11 topics created, 0 were there." in first.out
    assert "0 topics created, 11 were there." in second.out


def test_what_the_cluster_refuses_is_said(run, topics, monkeypatch):
    """More copies than brokers cannot be, and the broker's own words say so."""
    monkeypatch.setenv("DETECTOR_KAFKA__PREFIX", f"{topics.prefix}new.")
    answer = run("topics", "create", "--replication", 9)

    assert 1 == answer.code
    assert "detector: the brokers refuse: " in answer.err
    assert "replication factor" in answer.err.lower()


def test_topics_as_planned_pass_the_check(run):
    """What was created from the plan does not differ from it."""
    answer = run("topics", "check")

    assert (0, "All topics are as planned.\n") == (answer.code, answer.out)


def test_each_difference_from_the_plan_comes_with_what_to_do(kafka, run, topics):
    """A missing topic, too few partitions, another setting and unequal twins are found."""

    async def spoil() -> None:
        async with administrator(Connection(kafka)) as admin:
            await admin.delete_topics([topics.alerts, topics.commands])
            await admin.create_partitions({topics.activity: NewPartitions(3)})

    async def remake() -> None:
        async with administrator(Connection(kafka)) as admin:
            await asyncio.sleep(0.5)
            await admin.create_topics([NewTopic(topics.commands, 1, 1)])

    wanted = (
        f"{topics.alerts}: is missing, or may not be seen\n  detector topics create",
        f"{topics.commands}: has 1 partitions, not 3\n  kafka-topics --alter",
        f"{topics.commands}: retention.ms is 604800000, not 2592000000\n  kafka-configs --alter",
        f"{topics.state}: has 2 partitions, {topics.activity} has 3; they must have as many",
    )
    asyncio.run(spoil())
    for _ in range(60):  # a broker deletes topics, and tells of it, in its own time
        asyncio.run(remake())
        answer = run("topics", "check")
        if all(said in answer.out for said in wanted):
            break

    assert (1, []) == (answer.code, [said for said in wanted if said not in answer.out])


# ------------------------------------------------------------------------------------------- doctor


def test_a_cluster_that_waits_for_a_worker_is_well(run):
    """Connection, topics, rights and clock are in order; that nobody has read yet is only noted."""
    answer = run("doctor", "--watch", 0)

    assert (0, "") == (answer.code, answer.err)
    for said in (
        "ok    connection: cluster ",
        "ok    topics: all are there, with the settings of the plan\n",
        "ok    rights: role all may do all that it needs\n",
        "ok    clock: ",
        "group-detect: nothing has been committed yet\n        start a worker: detector worker\n",
        "ok    dead letters: there are none\n",
    ):
        assert said in answer.out


def test_the_doctor_leaves_nothing_to_read(kafka, run, topics):
    """What is tried writes no record that a reader sees."""
    run("doctor", "--watch", 0)

    assert [] == read(
        config(kafka, topics), topics.activity, topics.alerts, topics.commands, topics.state
    )


def test_work_that_nobody_does_is_wrong(kafka, run, topics):
    """A group that has read, is behind and has no member is a fault, with what to do."""
    made = config(kafka, topics)
    send(made, topics.raw("mixed"), b"1", b"2", b"3")
    commit(made, f"{made.group}-normalise", topics.raw("mixed"), 1)
    answer = run("doctor", "--watch", 0, "--role", "normalise")

    assert (1, "detector: 1 thing wrong\n") == (answer.code, answer.err)
    assert "group-normalise: 2 records behind, and nobody reads\n        start a work" in answer.out


def test_a_missing_topic_is_wrong(run, topics, monkeypatch):
    """The doctor names each topic that a worker would miss."""
    monkeypatch.setenv("DETECTOR_KAFKA__PREFIX", f"{topics.prefix}none.")
    answer = run("doctor", "--watch", 0)

    assert 1 == answer.code
    assert f"WRONG topics: {topics.prefix}none.alerts: is missing, or may not be" in answer.out


@pytest.mark.parametrize(
    "command",
    [
        ("worker",),
        ("tail",),
        ("dead-letters",),
        ("topics", "check"),
        ("topics", "create"),
    ],
    ids=" ".join,
)
def test_a_broker_that_is_away_is_one_line(command, run, monkeypatch):
    """Each command says where it tried to connect, why it could not, and what to check."""
    away = f"127.0.0.1:{free_ports(1)[0]}"
    monkeypatch.setenv("DETECTOR_KAFKA__BOOTSTRAP", away)
    answer = run(*command)

    assert (1, "") == (answer.code, answer.out)
    assert 1 == answer.err.count("\n")
    assert f"detector: cannot connect to {away} by PLAINTEXT (" in answer.err
    assert "check that the brokers run, and the settings [kafka]" in answer.err


def test_a_broker_that_speaks_otherwise_is_one_line(run, monkeypatch):
    """A listener that knows no password is told apart from one that is away, and no password is
    repeated."""
    monkeypatch.setenv("DETECTOR_KAFKA__PROTOCOL", "SASL_PLAINTEXT")
    answer = run("doctor", "--watch", 0)

    assert 1 == answer.code
    assert "WRONG connection: cannot connect to " in answer.out


# ------------------------------------------------------------------------------------------- worker


def test_a_worker_asks_for_its_topics(run, topics, monkeypatch):
    """Without them it does not start, and says how they are made."""
    monkeypatch.setenv("DETECTOR_KAFKA__PREFIX", f"{topics.prefix}none.")
    answer = run("worker", "--role", "detect")

    assert 1 == answer.code
    assert (
        f"detector: {topics.prefix}none.activity: is missing, or may not be seen (and" in answer.err
    )
    assert answer.err.endswith("more): detector topics create\n")


def test_a_worker_asks_for_its_libraries(run, monkeypatch):
    """Without the extra it says what to install."""
    monkeypatch.setattr(shared, "is_installed", lambda name: name != "aiokafka")
    answer = run("worker")

    assert 1 == answer.code
    assert 'the extra kafka: pip install "credential-abuse-detector[kafka]"' in answer.err


# --------------------------------------------------------------------------------------------- tail


def test_alerts_and_commands_are_one_line_each(kafka, run, topics):
    """What was published is told in a line each; what is no message is passed over."""
    made = config(kafka, topics)
    send(made, topics.alerts, golden("alert"), b"rubbish", b"\xff", b"")
    send(made, topics.commands, golden("revoke_command"))
    answer = run("tail", "--from-beginning", "--until-quiet", 0.5)

    assert (0, 2) == (answer.code, answer.out.count("\n"))
    assert re.search(
        r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \w+ +new     \S+.*: .+ \(.+\)$", answer.out, re.MULTILINE
    )
    assert re.search(
        r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  command   \w+.*: .+$", answer.out, re.MULTILINE
    )


def test_messages_themselves_are_shown_as_json(kafka, run, topics):
    """With --json each line is the message, byte for byte."""
    send(config(kafka, topics), topics.alerts, golden("alert"))
    answer = run("tail", "--json", "--from-beginning", "--until-quiet", 0.5)

    assert golden("alert").decode() + "\n" == answer.out


def test_updates_can_be_left_out(kafka, run, topics):
    """With --new a finding is shown once, when it opens."""
    later = golden("alert").replace(b'"activity_id":1', b'"activity_id":2')
    send(config(kafka, topics), topics.alerts, golden("alert"), later)
    whole = run("tail", "--from-beginning", "--until-quiet", 0.5)
    new = run("tail", "--new", "--from-beginning", "--until-quiet", 0.5)

    assert (2, 1) == (whole.out.count("\n"), new.out.count("\n"))


def test_what_was_there_before_is_not_shown(kafka, run, topics):
    """Without --from-beginning only what comes from now on counts."""
    send(config(kafka, topics), topics.alerts, golden("alert"))
    answer = run("tail", "--until-quiet", 0.5)

    assert (0, "") == (answer.code, answer.out)


# ------------------------------------------------------------------------------------- dead letters


def letter(place: str, position: int, partition: int | None = 0) -> bytes:
    """A dead letter of one place."""
    made = {"source": "cloudtrail", "place": place, "position": position, "reason": "not JSON"}
    return json.dumps({**made, "partition": partition, "sample": "\x1b[31m"}).encode()


def test_dead_letters_are_listed_with_place_and_reason(kafka, run, topics):
    """The last ones, the newest last; a sample steers no terminal."""
    raw = topics.raw("cloudtrail")
    send(config(kafka, topics), topics.dead_letters, *(letter(raw, n) for n in (4, 5, 6)), b"?")
    answer = run("dead-letters", "--limit", 2)

    assert 0 == answer.code
    assert [f"{raw}/0/5  cloudtrail: not JSON", "        \\x1b[31m"] == answer.out.splitlines()[:2]
    assert "2 dead letters." == answer.out.splitlines()[-1]


def test_records_are_sent_back_only_when_asked(kafka, run, topics):
    """Dry at first; then the record itself is at the end of its topic, with where it stood."""
    made, raw = config(kafka, topics), topics.raw("cloudtrail")
    send(made, raw, b"first", b"the record")
    send(made, topics.dead_letters, letter(raw, 1), letter(raw, 1))
    dry = run("dead-letters", "--again")
    before = [record.value for record in read(made, raw)]
    wet = run("dead-letters", "--again", "--really")
    last = read(made, raw)[-1]

    assert "1 record to send back.\nNothing was sent: add --really to do it." in dry.out
    assert [b"first", b"the record"] == before
    assert "1 record sent back." in wet.out
    assert (b"the record", (("detector-again", f"{raw}/0/1".encode()),)) == (
        last.value,
        last.headers,
    )


def test_what_cannot_be_sent_back_is_said(kafka, run, topics):
    """A record that is not kept any more, and one of a topic that is not raw."""
    made, raw = config(kafka, topics), topics.raw("cloudtrail")
    send(
        made,
        topics.dead_letters,
        letter(raw, 7),
        letter(topics.activity, 0),
        letter("a.json", 1, None),
    )
    answer = run("dead-letters", "--again", "--really")

    assert [
        f"{raw}/0/7  is no longer kept",
        f"{topics.activity}/0/0  does not stand in a raw topic",
        "a.json/1  does not stand in a raw topic",
        "0 records sent back.",
    ] == answer.out.splitlines()


# ------------------------------------------------------------------------------------------- replay


def test_raw_records_are_sent_and_the_end_declared(kafka, run, topics, tmp_path):
    """Every record of the files is in the raw topic of its source as it stands there, each identity
    in one partition in order of time; then every raw partition is told the end."""
    made = config(kafka, topics)
    answer = run("replay", "--to-kafka", write_logs(tmp_path))
    sent = read(made, topics.raw("cloudtrail"))
    logs = [json.loads(one.value) for one in sent if not one.value.startswith(b'{"record"')]
    all_ = read(made, *(topics.raw(name) for name in ("cloudtrail", "token_use", "mixed")))
    ends = {json.loads(one.value)["sender"] for one in all_ if one.value.startswith(b'{"record"')}

    assert 0 == answer.code
    assert f"{len(logs)} records to {topics.raw('cloudtrail')}\n" in answer.out
    assert "The end of the input is declared: nothing before 2024-01-04" in answer.out
    assert sorted(one["eventID"] for one in records()) == sorted(one["eventID"] for one in logs)
    for user in ("ada", "grace"):
        times = [one["eventTime"] for one in logs if one["userIdentity"]["userName"] == user]
        assert sorted(times) == times
    assert 6 == len(ends)


def test_the_end_is_left_open_when_more_will_follow(kafka, run, topics, tmp_path):
    """With --no-end nothing is declared."""
    answer = run("replay", "--to-kafka", "--no-end", write_logs(tmp_path))
    values = [one.value for one in read(config(kafka, topics), topics.raw("cloudtrail"))]

    assert (0, len(list(records()))) == (answer.code, len(values))
    assert "The end" not in answer.out


def test_logs_without_a_record_are_a_failure(run, tmp_path):
    """Nothing is sent and nothing declared."""
    (tmp_path / "package.json").write_text('{"name": "a-package"}', "utf-8")
    answer = run("replay", "--to-kafka", tmp_path)

    assert (1, "") == (answer.code, answer.out)
    assert "detector: no record was found that a source recognises\n" == answer.err
