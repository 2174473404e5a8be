// alerts_rules: the rules that hold, as they are configured or the usual ones. See alerts.h.
//
// no unit test: tests/unit/dme/test_alerts.c configures rules and says what they are about.

#include "dme/alerts_int.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const when_names[ALERTS_WHEN_COUNT] = {
    [ALERTS_DEVICE_ERROR] = "device-error", [ALERTS_DEVICE_AWAY] = "device-away",
    [ALERTS_SUPPLY_BELOW] = "supply-below", [ALERTS_FAULT] = "fault",
    [ALERTS_METER_GAP] = "meter-gap",       [ALERTS_PORT] = "port",
    [ALERTS_ENGINE_AWAY] = "engine-away",
};

const char *dme_alerts_when_name(enum alerts_when when)
{
    return when_names[when];
}

bool dme_alerts_when_read(struct str name, enum alerts_when *when)
{
    for (int at = 0; at < ALERTS_WHEN_COUNT; at++) {
        if (str_eq(name, str_of(when_names[at]))) {
            *when = (enum alerts_when)at;
            return true;
        }
    }
    return false;
}

// --- texts that are owned -----------------------------------------------------------------------

void dme_alerts_text_set(char **text, const char *to)
{
    size_t len = strnlen(to, ALERTS_TEXT_MAX);
    while (len > 0 && len == ALERTS_TEXT_MAX && ((unsigned char)to[len] & 0xc0) == 0x80) {
        len--; // between characters
    }
    char *copy = mem_new(len + 1);
    memcpy(copy, to, len);
    free(*text);
    *text = copy;
}

// --- rules --------------------------------------------------------------------------------------

void dme_alerts_rules_free(struct alerts *alerts)
{
    for (size_t at = 0; at < alerts->rule_count; at++) {
        free(alerts->rules[at].name);
        quoin__v1__alert_rule__free_unpacked(alerts->rules[at].told, NULL);
    }
    free(alerts->rules);
    alerts->rules = NULL;
    alerts->rule_count = 0;
}

static void rule_add(struct alerts *alerts, const char *name, const Quoin__V1__AlertRule *told)
{
    struct alerts_own_rule *rule = &alerts->rules[alerts->rule_count];
    struct err ignored; // it was checked when it was configured
    *rule = (struct alerts_own_rule){ 0 };
    if (told->removed || !dme_alerts_when_read(str_of(told->when), &rule->when)) {
        return;
    }
    size_t len = quoin__v1__alert_rule__get_packed_size(told);
    uint8_t *bytes = mem_new(len + 1);
    (void)quoin__v1__alert_rule__pack(told, bytes);
    rule->told = quoin__v1__alert_rule__unpack(NULL, len, bytes);
    free(bytes);
    rule->rule = (struct alert_rule){ .severity = ALERT_WARNING,
                                      .for_ms = (int64_t)told->for_seconds * 1000,
                                      .clear_ms = (int64_t)told->clear_seconds * 1000,
                                      .escalate_ms = (int64_t)told->escalate_seconds * 1000,
                                      .again_ms = (int64_t)told->again_seconds * 1000 };
    if (rule->told == NULL ||
        !alert_hours_read(str_of(told->quiet_hours), &rule->rule.quiet, &ignored) ||
        (told->severity[0] != '\0' &&
         !alert_severity_read(str_of(told->severity), &rule->rule.severity))) {
        quoin__v1__alert_rule__free_unpacked(rule->told, NULL);
        return;
    }
    rule->follows = rule->when == ALERTS_PORT && told->severity[0] == '\0';
    dme_alerts_text_set(&rule->name, name);
    alerts->rule_count++;
}

// What is told without any rule, on the page and in the log: nobody has to configure a thing to
// learn that a device is in error or that a stranger holds a port.
static void rules_usual(struct alerts *alerts)
{
    static const struct {
        const char *name;
        const char *when;
        const char *severity;
        uint32_t for_s;
        uint32_t clear_s;
        int64_t threshold;
    } usual[] = {
        { "usual: device in error", "device-error", "warning", 60, 60, 0 },
        { "usual: device away", "device-away", "warning", 180, 60, 0 },
        { "usual: supply low", "supply-below", "information", 0, 600, 10 },
        { "usual: port", "port", "", 0, 60, 0 },
        { "usual: meter gap", "meter-gap", "warning", 0, 0, 20 },
        { "usual: engine away", "engine-away", "critical", 30, 30, 0 },
    };
    enum { USUAL = sizeof(usual) / sizeof(usual[0]) };
    alerts->rules = mem_new((USUAL + 1) * sizeof(*alerts->rules));
    for (size_t at = 0; at < USUAL; at++) {
        Quoin__V1__AlertRule told = QUOIN__V1__ALERT_RULE__INIT;
        told.when = (char *)(uintptr_t)usual[at].when;
        told.severity = (char *)(uintptr_t)usual[at].severity;
        told.for_seconds = usual[at].for_s;
        told.clear_seconds = usual[at].clear_s;
        told.threshold = usual[at].threshold;
        rule_add(alerts, usual[at].name, &told);
    }
}

const struct alerts_own_rule *dme_alerts_rule_find(const struct alerts *alerts, const char *name)
{
    for (size_t at = 0; at < alerts->rule_count; at++) {
        if (strcmp(alerts->rules[at].name, name) == 0) {
            return &alerts->rules[at];
        }
    }
    return NULL;
}

static bool is_one_of(char *const *list, size_t count, const char *text)
{
    for (size_t at = 0; at < count; at++) {
        if (strcmp(list[at], text) == 0) {
            return true;
        }
    }
    return count == 0;
}

// "host:2940/tcp" is meant by its host too.
bool dme_alerts_rule_means(const struct alerts_own_rule *rule, const struct alerts_word *word)
{
    char host[256];
    if (rule->when != word->when) {
        return false;
    }
    (void)snprintf(host, sizeof(host), "%.*s", (int)strcspn(word->about, ":"), word->about);
    return (is_one_of(rule->told->names, rule->told->n_names, word->about) ||
            is_one_of(rule->told->names, rule->told->n_names, host)) &&
           is_one_of(rule->told->reasons, rule->told->n_reasons, word->keyword);
}

bool dme_alerts_rule_holds(const struct alerts_own_rule *rule, const struct alerts_word *word)
{
    if (!word->here) {
        return false;
    }
    if (rule->when == ALERTS_SUPPLY_BELOW) {
        return word->value >= 0 && word->value < rule->told->threshold;
    }
    return rule->when != ALERTS_METER_GAP || word->value >= rule->told->threshold;
}

void dme_alerts_rules_take(struct alerts *alerts, const struct alerts_config *config)
{
    dme_alerts_rules_free(alerts);
    if (config->rule_count == 0) {
        rules_usual(alerts);
        return;
    }
    alerts->rules = mem_new((config->rule_count + 1) * sizeof(*alerts->rules));
    for (size_t at = 0; at < config->rule_count; at++) {
        rule_add(alerts, config->rules[at].name, config->rules[at].told);
    }
}
