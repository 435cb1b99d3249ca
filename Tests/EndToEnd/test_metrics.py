"""Metrics, alert rules and the Grafana dashboard, checked by Prometheus' own tools and against what ringd exports."""

import json
import re
import subprocess
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from control import Control
from fleet import ROOT, Memcached, Ringd, free_port, wait_until

CONFIG = ROOT / "Config"


@pytest.fixture
def watched(tmp_path):
    """A daemon that serves metrics."""
    port = free_port()
    ringd = Ringd(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    ringd.url = f"http://127.0.0.1:{port}"
    yield ringd
    ringd.stop()


def scrape(ringd):
    with urllib.request.urlopen(f"{ringd.url}/metrics", timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode()


def samples(text):
    """The value of each series; fails where one stands twice."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, f"{key} stands twice"
            found[key] = sample.value
    return found


def value(text, name, **labels):
    return samples(text).get((name, tuple(sorted(labels.items()))))


def promtool(*arguments, **options):
    result = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_metrics_follow_what_happens(watched, servers):
    made = servers(3)
    for number, server in enumerate(made, 1):
        watched.ctl("node", "add", f"cache-{number}", server.address, "-y")
    watched.ctl("pool", "set", "confirm=0s", "on-failure=eject")
    text = scrape(watched)
    assert promtool("check", "metrics", input=text) == ""
    assert value(text, "ringd_nodes", pool="default", state="up") == 3
    assert value(text, "ringd_nodes", pool="default", state="ejected") == 0, "every state is always there"
    assert value(text, "ringd_ring_version", pool="default") == 3
    assert value(text, "ringd_ring_changes_total", pool="default", reason="admit") is not None or \
        value(text, "ringd_ring_changes_total", pool="default", reason="add") is not None
    shares = [value(text, "ringd_node_share_ratio", pool="default", node=f"cache-{n}") for n in (1, 2, 3)]
    assert abs(sum(shares) - 1) < 1e-9
    made[1].kill()
    wait_until(lambda: watched.nodes()["cache-2"]["placement"] == "ejected", 20, "it is ejected")
    text = scrape(watched)
    assert value(text, "ringd_node_up", pool="default", node="cache-2") == 0
    assert value(text, "ringd_node_share_ratio", pool="default", node="cache-2") == 0
    assert value(text, "ringd_ring_changes_total", pool="default", reason="eject") == 1
    assert value(text, "ringd_probes_total", pool="default", node="cache-2", result="hard") >= 2
    assert 0.2 < value(text, "ringd_keys_moved_ratio_total", pool="default") < 2
    probes = value(text, "ringd_probe_duration_seconds_count", pool="default")
    assert probes >= 3, "each node was probed"
    wait_until(lambda: value(scrape(watched), "ringd_probe_duration_seconds_count", pool="default") > probes, 20, "probes go on")
    watched.ctl("pool", "freeze", "-m", "network work")
    assert value(scrape(watched), "ringd_pool_frozen", pool="default") == 1
    watched.ctl("node", "remove", "cache-2", "-y")
    assert "cache-2" not in scrape(watched), "a node that is gone takes its series along"
    made[0].kill()
    made[0].start()
    wait_until(
        lambda: value(scrape(watched), "ringd_node_restarts_total", pool="default", node="cache-1") == 1,
        30,
        "a restart is counted",
    )
    assert promtool("check", "metrics", input=scrape(watched)) == ""


def test_a_thousand_nodes_are_less_than_thirty_thousand_series(watched):
    # One server at a thousand addresses of the loopback.
    port = free_port()
    hosts = [f"127.0.{block}.{number}" for block in (1, 2, 3, 4, 5) for number in range(1, 201)]
    server = Memcached(port=port, options=["-l", ",".join(hosts), "-c", "4096"])
    try:
        with Control(watched.socket) as control:
            control.change(
                action="batch", pool="default",
                changes=[{"action": "create-pool"}] + [
                    {"action": "add-node", "node": f"cache-{number}", "address": f"{host}:{port}"}
                    for number, host in enumerate(hosts, 1)
                ],
            )
        wait_until(
            lambda: value(scrape(watched), "ringd_nodes", pool="default", state="up") == 1000, 60, "all are up"
        )
        text = scrape(watched)
        count = sum(1 for line in text.splitlines() if line and not line.startswith("#"))
        print(f"1,000 nodes make {count} series, {len(text)} bytes")
        assert 8_000 < count < 30_000
        assert promtool("check", "metrics", input=text) == ""
    finally:
        server.stop()


def test_rules_and_configuration_pass_promtool():
    prometheus = CONFIG / "prometheus"
    assert "SUCCESS" in promtool("check", "rules", prometheus / "ringd.rules.yml")
    assert "SUCCESS" in promtool("check", "config", prometheus / "prometheus.yml")
    assert "SUCCESS" in promtool("test", "rules", prometheus / "ringd.rules.test.yml")


def exported(watched, servers):
    """The names that a query may use: those of families, with the endings that a histogram brings."""
    for number, server in enumerate(servers(2), 1):
        watched.ctl("node", "add", f"cache-{number}", server.address, "-y")
    text = scrape(watched)
    scrape(watched)
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    names = set()
    for name, kind in kinds.items():
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names | {"ringd_http_requests_total"}


def test_every_expression_names_what_is_exported(watched, servers):
    names = exported(watched, servers)
    rules = (CONFIG / "prometheus" / "ringd.rules.yml").read_text()
    dashboard = json.loads((CONFIG / "grafana" / "ringd.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    expressions += [variable["definition"] for variable in dashboard["templating"]["list"] if "definition" in variable]
    expressions += [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
    assert len(expressions) > 20
    recorded = set(re.findall(r"record: (\S+)", rules))
    texts = [*expressions, *(line.split("expr:", 1)[-1] for line in rules.splitlines() if "summary" not in line)]
    used = set()
    for text in texts:
        used |= set(re.findall(r"(?<![\w:])(?:ringd|process)_\w+", re.sub(r"\b(alert|record|name): .*", "", text)))
    assert len(used) > 15
    assert used - names - recorded == set(), "an expression asks for what ringd does not export"


def test_every_alert_has_a_case_and_says_where_to_look():
    rules = (CONFIG / "prometheus" / "ringd.rules.yml").read_text()
    cases = (CONFIG / "prometheus" / "ringd.rules.test.yml").read_text()
    alerts = re.findall(r"alert: (\w+)", rules)
    assert len(alerts) > 8
    for alert in alerts:
        assert f"alertname: {alert}" in cases, f"{alert} has no case"
    assert rules.count("look:") == len(alerts) and rules.count("summary:") == len(alerts)
