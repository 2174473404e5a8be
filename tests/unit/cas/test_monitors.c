// What may be configured of the watching of devices and ports, row by row.
#include "cas/monitors.h"

#include "lib/tap.h"

static char *words(const char *text)
{
    return (char *)(uintptr_t)text;
}

static const struct {
    const char *name;
    const char *address;
    const char *source;
    const char *version;
    const char *user;
    const char *auth;
    uint32_t port;
    uint32_t every;
    const char *unit;
    int64_t wraps;
    bool good;
} monitors[] = {
    { "p1", "", "", "", "", "", 0, 0, "", 0, true },
    { "Flur 3", "10.0.0.9", "snmp", "2c", "", "", 161, 30, "sheets", 0, true },
    { "p1", "ipp://p.example:631/ipp/print", "ipp", "", "", "", 0, 0, "", 65536, true },
    { "p1", "fe80::1", "", "3", "watcher", "SHA-256", 0, 0, "", 0, true },
    { "p1", "", "", "3", "", "", 0, 0, "", 0, false },
    { "p1", "", "", "2c", "watcher", "", 0, 0, "", 0, false },
    { "p1", "", "", "4", "", "", 0, 0, "", 0, false },
    { "p1", "", "", "3", "u", "ROT13", 0, 0, "", 0, false },
    { "p1", "", "", "", "", "", 70000, 0, "", 0, false },
    { "p1", "", "", "", "", "", 0, 4, "", 0, false },
    { "p1", "", "", "", "", "", 0, 90000, "", 0, false },
    { "p1", "", "wireless", "", "", "", 0, 0, "", 0, false },
    { "p1", "http://p.example", "", "", "", "", 0, 0, "", 0, false },
    { "p1", "a host", "", "", "", "", 0, 0, "", 0, false },
    { "p1", "", "", "", "", "", 0, 0, "acres", 0, false },
    { "p1", "", "", "", "", "", 0, 0, "", 12, false },
    { "p1", "", "", "", "", "", 0, 0, "", -1, false },
    { "../p1", "", "", "", "", "", 0, 0, "", 0, false },
    { "", "", "", "", "", "", 0, 0, "", 0, false },
};

static void test_a_monitor_says_how_or_is_refused(void)
{
    for (size_t at = 0; at < sizeof(monitors) / sizeof(monitors[0]); at++) {
        Quoin__V1__Monitor monitor = QUOIN__V1__MONITOR__INIT;
        char *sources[] = { words(monitors[at].source) };
        struct err err;
        monitor.address = words(monitors[at].address);
        monitor.sources = sources;
        monitor.n_sources = monitors[at].source[0] != '\0';
        monitor.snmp_version = words(monitors[at].version);
        monitor.snmp_user = words(monitors[at].user);
        monitor.snmp_auth = words(monitors[at].auth);
        monitor.snmp_port = monitors[at].port;
        monitor.every_seconds = monitors[at].every;
        monitor.counter_unit = words(monitors[at].unit);
        monitor.counter_wraps_at = monitors[at].wraps;
        bool good = cas_monitor_check(monitors[at].name, &monitor, &err);
        CHECK(good == monitors[at].good);
        CHECK(good || err.code == ERR_INVALID);
    }
}

static void test_a_meter_of_others_pages_settles_nothing(void)
{
    Quoin__V1__Monitor monitor = QUOIN__V1__MONITOR__INIT;
    struct err err;
    monitor.meter_settles = true;
    CHECK(cas_monitor_check("p1", &monitor, &err));
    monitor.prints_elsewhere = true;
    CHECK(!cas_monitor_check("p1", &monitor, &err));
    monitor.meter_settles = false;
    monitor.removed = true;
    CHECK(!cas_monitor_check("p1", &monitor, &err));
}

static const struct {
    const char *name;
    const char *when;
    int64_t threshold;
    const char *severity;
    const char *quiet;
    uint32_t seconds;
    bool good;
} rules[] = {
    { "errors", "device-error", 0, "", "", 0, true },
    { "toner", "supply-below", 10, "warning", "22:00-06:00", 300, true },
    { "toner", "supply-below", 0, "", "", 0, false },
    { "toner", "supply-below", 100, "", "", 0, false },
    { "gap", "meter-gap", 20, "critical", "", 0, true },
    { "gap", "meter-gap", -1, "", "", 0, false },
    { "x", "", 0, "", "", 0, false },
    { "x", "rain", 0, "", "", 0, false },
    { "x", "fault", 0, "loud", "", 0, false },
    { "x", "fault", 0, "", "22-6", 0, false },
    { "x", "fault", 0, "", "24:00-06:00", 0, false },
    { "x", "fault", 0, "", "", 90000, false },
};

static void test_a_rule_says_when(void)
{
    for (size_t at = 0; at < sizeof(rules) / sizeof(rules[0]); at++) {
        Quoin__V1__AlertRule rule = QUOIN__V1__ALERT_RULE__INIT;
        struct err err;
        rule.when = words(rules[at].when);
        rule.threshold = rules[at].threshold;
        rule.severity = words(rules[at].severity);
        rule.quiet_hours = words(rules[at].quiet);
        rule.for_seconds = rules[at].seconds;
        CHECK(cas_alert_rule_check(rules[at].name, &rule, &err) == rules[at].good);
    }
}

static void test_who_is_told_next_is_told_after_a_time(void)
{
    Quoin__V1__AlertRule rule = QUOIN__V1__ALERT_RULE__INIT;
    char *targets[] = { words("a"), words("a") };
    struct err err;
    rule.when = words("fault");
    rule.escalate_targets = targets;
    rule.n_escalate_targets = 1;
    CHECK(!cas_alert_rule_check("x", &rule, &err));
    rule.escalate_seconds = 60;
    CHECK(cas_alert_rule_check("x", &rule, &err));
    rule.n_escalate_targets = 2;
    CHECK(!cas_alert_rule_check("x", &rule, &err)); // one stands twice
}

static const struct {
    const char *kind;
    const char *address;
    const char *server;
    const char *from;
    bool good;
} targets[] = {
    { "mail", "help@example.org", "smtp://mail.example.org:587", "", true },
    { "mail", "help@example.org", "smtps://mail.example.org", "quoin@example.org", true },
    { "mail", "help@example.org", "", "", false },
    { "mail", "help", "smtp://m", "", false },
    { "mail", "a@b>,<c@d", "smtp://m", "", false },
    { "mail", "a@b", "http://m", "", false },
    { "mail", "a@b", "smtp://m", "nobody", false },
    { "webhook", "https://hooks.example.org/x", "", "", true },
    { "webhook", "ftp://hooks.example.org/x", "", "", false },
    { "webhook", "https://", "", "", false },
    { "webhook", "", "", "", false },
    { "syslog", "", "", "", true },
    { "pigeon", "", "", "", false },
    { "", "", "", "", false },
};

static void test_a_target_is_one_that_can_be_reached(void)
{
    for (size_t at = 0; at < sizeof(targets) / sizeof(targets[0]); at++) {
        Quoin__V1__AlertTarget target = QUOIN__V1__ALERT_TARGET__INIT;
        struct err err;
        target.kind = words(targets[at].kind);
        target.address = words(targets[at].address);
        target.server = words(targets[at].server);
        target.from = words(targets[at].from);
        CHECK(cas_alert_target_check("t", &target, &err) == targets[at].good);
    }
}

static const struct {
    const char *host;
    const char *engine;
    uint32_t first;
    uint32_t last;
    const char *transport;
    const char *program;
    bool good;
} expected[] = {
    { "desk", "dre", 9100, 0, "tcp", "p910nd", true },
    { "*", "dme", 8000, 8010, "", "*", true },
    { "desk", "printer", 9100, 0, "tcp", "p910nd", false },
    { "desk", "dre", 0, 0, "tcp", "p910nd", false },
    { "desk", "dre", 9100, 9000, "tcp", "p910nd", false },
    { "desk", "dre", 9100, 70000, "tcp", "p910nd", false },
    { "desk", "dre", 9100, 0, "sctp", "p910nd", false },
    { "desk", "dre", 9100, 0, "tcp", "", false },
    { "a b", "dre", 9100, 0, "tcp", "p910nd", false },
    { "", "dre", 9100, 0, "tcp", "p910nd", false },
};

static void test_an_expectation_names_ports_and_who_may_be_there(void)
{
    for (size_t at = 0; at < sizeof(expected) / sizeof(expected[0]); at++) {
        Quoin__V1__Expectation expectation = QUOIN__V1__EXPECTATION__INIT;
        Quoin__V1__PortAllowed allowed = QUOIN__V1__PORT_ALLOWED__INIT;
        Quoin__V1__PortAllowed *list[] = { &allowed };
        char *engines[] = { words(expected[at].engine) };
        struct err err;
        allowed.first = expected[at].first;
        allowed.last = expected[at].last;
        allowed.transport = words(expected[at].transport);
        allowed.program = words(expected[at].program);
        expectation.engines = engines;
        expectation.n_engines = 1;
        expectation.allowed = list;
        expectation.n_allowed = 1;
        CHECK(cas_expectation_check(expected[at].host, &expectation, &err) == expected[at].good);
    }
}

int main(void)
{
    test_a_monitor_says_how_or_is_refused();
    test_a_meter_of_others_pages_settles_nothing();
    test_a_rule_says_when();
    test_who_is_told_next_is_told_after_a_time();
    test_a_target_is_one_that_can_be_reached();
    test_an_expectation_names_ports_and_who_may_be_there();
    return tap_done();
}
