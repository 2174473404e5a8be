// monitors: see monitors.h.

#include "cas/monitors.h"

#include "base/enc.h"
#include "model/engine.h"

#include <string.h>

enum {
    MONITORS_NAME_MAX = 128,
    MONITORS_TEXT_MAX = 200,
    MONITORS_URL_MAX = 1000,
    MONITORS_EVERY_S_LEAST = 5,
    MONITORS_EVERY_S_MOST = 86400,
    MONITORS_S_MOST = 30 * 86400,
    MONITORS_LIST_MAX = 500,
    MONITORS_LATE_S_MOST = 3600,
};

// --- what all of them ask -----------------------------------------------------------------------

static bool monitors_is_word(const char *text, const char *const *words)
{
    for (size_t at = 0; words[at] != NULL; at++) {
        if (strcmp(text, words[at]) == 0) {
            return true;
        }
    }
    return false;
}

// Empty: as it is where nothing is said.
static bool monitors_word(const char *what, const char *text, const char *const *words,
                          const char *all, struct err *err)
{
    return text[0] == '\0' || monitors_is_word(text, words) ||
           err_set(err, ERR_INVALID, "\"%.40s\" is no %s: %s", text, what, all);
}

static bool monitors_text(const char *what, const char *text, size_t most, struct err *err)
{
    return (strlen(text) <= most && enc_is_plain(str_of(text))) ||
           err_set(err, ERR_INVALID,
                   "%s is at most %zu bytes of text without control characters, not \"%.40s…\"",
                   what, most, text);
}

// Names of other things: none empty, none twice.
static bool monitors_names(const char *what, char *const *names, size_t count, struct err *err)
{
    if (count > MONITORS_LIST_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d %s can be named", MONITORS_LIST_MAX, what);
    }
    for (size_t at = 0; at < count; at++) {
        if (names[at][0] == '\0' || !monitors_text(what, names[at], MONITORS_TEXT_MAX, err)) {
            return names[at][0] != '\0' || err_set(err, ERR_INVALID, "%s: a name is empty", what);
        }
        for (size_t i = 0; i < at; i++) {
            if (strcmp(names[i], names[at]) == 0) {
                return err_set(err, ERR_INVALID, "%s: \"%.80s\" stands twice", what, names[at]);
            }
        }
    }
    return true;
}

static bool monitors_seconds(const char *what, uint32_t seconds, uint32_t most, struct err *err)
{
    return seconds <= most ||
           err_set(err, ERR_INVALID, "%s is at most %u seconds", what, (unsigned)most);
}

static bool monitors_is_kept(bool removed, struct err *err)
{
    return !removed || err_set(err, ERR_INVALID, "it is removed by removing the thing");
}

// --- monitors -----------------------------------------------------------------------------------

static bool monitors_is_host(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "._-:%[]");
    return len > 0 && len <= 253 && text[len] == '\0' && text[0] != '-';
}

// A host, or a printer's whole address.
static bool monitors_address(const char *address, struct err *err)
{
    const char *rest = strstr(address, "://");
    if (address[0] == '\0') {
        return true;
    }
    if (rest != NULL) {
        bool is_known = strncmp(address, "ipp://", 6) == 0 || strncmp(address, "ipps://", 7) == 0 ||
                        strncmp(address, "socket://", 9) == 0;
        return (is_known && rest[3] != '\0' && strlen(address) <= MONITORS_TEXT_MAX &&
                strpbrk(address, " \t<>\"") == NULL) ||
               err_set(err, ERR_INVALID,
                       "\"%.80s\" is no address: a host, or ipp://, ipps://, socket:// and a host",
                       address);
    }
    return monitors_is_host(address) ||
           err_set(err, ERR_INVALID, "\"%.80s\" is no host and no address of one", address);
}

static bool monitors_sources(const Quoin__V1__Monitor *monitor, struct err *err)
{
    static const char *const known[] = { "ipp", "snmp", "pjl", NULL };
    for (size_t at = 0; at < monitor->n_sources; at++) {
        if (!monitors_is_word(monitor->sources[at], known)) {
            return err_set(err, ERR_INVALID, "\"%.40s\" is no source: ipp, snmp, pjl",
                           monitor->sources[at]);
        }
    }
    return monitors_names("sources", monitor->sources, monitor->n_sources, err);
}

static bool monitors_v3(const Quoin__V1__Monitor *monitor, struct err *err)
{
    bool is_v3 = strcmp(monitor->snmp_version, "3") == 0;
    bool says = monitor->snmp_user[0] != '\0' || monitor->snmp_security[0] != '\0' ||
                monitor->snmp_auth[0] != '\0' || monitor->snmp_privacy[0] != '\0';
    if (!is_v3) {
        return !says || err_set(err, ERR_INVALID,
                                "a user, security, auth and privacy are of SNMP version 3: say "
                                "snmp-version: \"3\" too");
    }
    if (monitor->snmp_user[0] == '\0') {
        return err_set(err, ERR_INVALID, "SNMP version 3 needs a user: snmp-user");
    }
    return monitors_text("snmp-user", monitor->snmp_user, 32, err);
}

static bool monitors_snmp(const Quoin__V1__Monitor *monitor, struct err *err)
{
    static const char *const versions[] = { "1", "2c", "3", NULL };
    static const char *const levels[] = { "noAuthNoPriv", "authNoPriv", "authPriv", NULL };
    static const char *const auths[] = { "MD5",     "SHA",     "SHA-224", "SHA-256",
                                         "SHA-384", "SHA-512", NULL };
    static const char *const privacies[] = { "DES", "AES", "AES-192", "AES-256", NULL };
    return monitors_word("SNMP version", monitor->snmp_version, versions, "1, 2c, 3", err) &&
           monitors_word("SNMP security", monitor->snmp_security, levels,
                         "noAuthNoPriv, authNoPriv, authPriv", err) &&
           monitors_word("SNMP authentication", monitor->snmp_auth, auths,
                         "MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512", err) &&
           monitors_word("SNMP privacy", monitor->snmp_privacy, privacies,
                         "DES, AES, AES-192, AES-256", err) &&
           (monitor->snmp_port <= 65535 ||
            err_set(err, ERR_INVALID, "%u is no port", (unsigned)monitor->snmp_port)) &&
           monitors_v3(monitor, err);
}

static bool monitors_name(const char *name, struct err *err)
{
    return (name[0] != '\0' && strlen(name) <= MONITORS_NAME_MAX && enc_is_plain(str_of(name)) &&
            strchr(name, '/') == NULL) ||
           err_set(err, ERR_INVALID,
                   "a name has at most %d bytes and neither slashes nor control characters",
                   MONITORS_NAME_MAX);
}

bool cas_monitor_check(const char *name, const Quoin__V1__Monitor *monitor, struct err *err)
{
    static const char *const units[] = { "impressions", "sheets", NULL };
    static const char *const ways[] = { "told", "looks", NULL };
    uint32_t every = monitor->every_seconds == 0 ? 60 : monitor->every_seconds;
    if (every < MONITORS_EVERY_S_LEAST || every > MONITORS_EVERY_S_MOST) {
        return err_set(err, ERR_INVALID, "a device is looked at every %d to %d seconds, not %u",
                       MONITORS_EVERY_S_LEAST, MONITORS_EVERY_S_MOST, (unsigned)every);
    }
    if (monitor->meter_late_seconds > MONITORS_LATE_S_MOST) {
        return err_set(err, ERR_INVALID, "a meter tells at most %d seconds late, not %u",
                       MONITORS_LATE_S_MOST, monitor->meter_late_seconds);
    }
    if (monitor->counter_wraps_at < 0 ||
        (monitor->counter_wraps_at > 0 && monitor->counter_wraps_at < 1000)) {
        return err_set(err, ERR_INVALID, "a meter wraps at 1000 or above, or 0: as it is seen");
    }
    if (monitor->prints_elsewhere && monitor->meter_settles) {
        return err_set(err, ERR_INVALID,
                       "where others print too (prints-elsewhere), its meter cannot settle what "
                       "our jobs cost (meter-settles): leave one of them out");
    }
    return monitors_name(name, err) && monitors_is_kept(monitor->removed, err) &&
           monitors_address(monitor->address, err) && monitors_sources(monitor, err) &&
           monitors_snmp(monitor, err) &&
           monitors_word("unit of a counter", monitor->counter_unit, units, "impressions, sheets",
                         err) &&
           monitors_word("way to learn of changes", monitor->changes, ways, "told, looks", err) &&
           monitors_text("location", monitor->location, MONITORS_TEXT_MAX, err) &&
           monitors_text("contact", monitor->contact, MONITORS_TEXT_MAX, err);
}

// --- alerts -------------------------------------------------------------------------------------

// "22:00-06:00"
static bool monitors_hours(const char *text, struct err *err)
{
    static const char form[] = "dd:dd-dd:dd";
    bool good = strlen(text) == sizeof(form) - 1;
    for (size_t at = 0; good && form[at] != '\0'; at++) {
        good = form[at] == 'd' ? text[at] >= '0' && text[at] <= '9' : text[at] == form[at];
    }
    for (size_t at = 0; good && at < sizeof(form) - 1; at += 6) {
        int hour = (text[at] - '0') * 10 + text[at + 1] - '0';
        good = hour <= 23 && text[at + 3] <= '5';
    }
    return good || text[0] == '\0' ||
           err_set(err, ERR_INVALID, "quiet hours are like 22:00-06:00, not \"%.40s\"", text);
}

bool cas_alert_rule_check(const char *name, const Quoin__V1__AlertRule *rule, struct err *err)
{
    static const char *const whens[] = { "device-error", "device-away", "supply-below", "fault",
                                         "meter-gap",    "port",        "engine-away",  NULL };
    static const char *const severities[] = { "information", "warning", "critical", NULL };
    if (rule->when[0] == '\0' || !monitors_is_word(rule->when, whens)) {
        return err_set(err, ERR_INVALID,
                       "\"%.40s\" is nothing that an alert is about: device-error, device-away, "
                       "supply-below, fault, meter-gap, port, engine-away",
                       rule->when);
    }
    bool is_percent = strcmp(rule->when, "supply-below") == 0;
    if (rule->threshold < 0 || (is_percent && (rule->threshold < 1 || rule->threshold > 99))) {
        return err_set(err, ERR_INVALID,
                       is_percent ? "supply-below needs a threshold from 1 to 99 percent"
                                  : "a threshold is not below 0");
    }
    if (rule->n_escalate_targets > 0 && rule->escalate_seconds == 0) {
        return err_set(err, ERR_INVALID,
                       "escalate-targets without escalate-seconds: say after how long they are "
                       "told");
    }
    return monitors_name(name, err) && monitors_is_kept(rule->removed, err) &&
           monitors_word("severity", rule->severity, severities, "information, warning, critical",
                         err) &&
           monitors_hours(rule->quiet_hours, err) &&
           monitors_names("names", rule->names, rule->n_names, err) &&
           monitors_names("reasons", rule->reasons, rule->n_reasons, err) &&
           monitors_names("targets", rule->targets, rule->n_targets, err) &&
           monitors_names("escalate-targets", rule->escalate_targets, rule->n_escalate_targets,
                          err) &&
           monitors_seconds("for-seconds", rule->for_seconds, 86400, err) &&
           monitors_seconds("clear-seconds", rule->clear_seconds, 86400, err) &&
           monitors_seconds("escalate-seconds", rule->escalate_seconds, MONITORS_S_MOST, err) &&
           monitors_seconds("again-seconds", rule->again_seconds, MONITORS_S_MOST, err);
}

static bool monitors_begins(const char *text, const char *const *begins)
{
    for (size_t at = 0; begins[at] != NULL; at++) {
        size_t len = strlen(begins[at]);
        if (strncmp(text, begins[at], len) == 0 && text[len] != '\0') {
            return true;
        }
    }
    return false;
}

static bool monitors_mail(const Quoin__V1__AlertTarget *target, struct err *err)
{
    static const char *const servers[] = { "smtp://", "smtps://", NULL };
    const char *at = strchr(target->address, '@');
    if (at == NULL || at == target->address || at[1] == '\0' ||
        strpbrk(target->address, " <>\"\\,;") != NULL) {
        return err_set(err, ERR_INVALID, "\"%.80s\" is no address of mail: name@example.org",
                       target->address);
    }
    if (!monitors_begins(target->server, servers)) {
        return err_set(err, ERR_INVALID,
                       "mail needs a server: smtp://HOST:PORT or smtps://HOST:PORT, not \"%.80s\"",
                       target->server);
    }
    return target->from[0] == '\0' || strchr(target->from, '@') != NULL ||
           err_set(err, ERR_INVALID, "\"%.80s\" is no address that mail can come from",
                   target->from);
}

bool cas_alert_target_check(const char *name, const Quoin__V1__AlertTarget *target, struct err *err)
{
    static const char *const urls[] = { "https://", "http://", NULL };
    static const char *const none[] = { NULL };
    const char *const texts[] = { target->address, target->server, target->from, target->user };
    for (size_t at = 0; at < sizeof(texts) / sizeof(texts[0]); at++) {
        if (!monitors_text("a target's text", texts[at], MONITORS_URL_MAX, err)) {
            return false;
        }
    }
    if (!monitors_name(name, err) || !monitors_is_kept(target->removed, err)) {
        return false;
    }
    if (strcmp(target->kind, "mail") == 0) {
        return monitors_mail(target, err);
    }
    if (strcmp(target->kind, "webhook") == 0) {
        return (monitors_begins(target->address, urls) &&
                strpbrk(target->address, " <>\"") == NULL) ||
               err_set(err, ERR_INVALID, "a webhook's address is https://…, not \"%.80s\"",
                       target->address);
    }
    if (strcmp(target->kind, "syslog") == 0) {
        return target->address[0] == '\0' || target->address[0] == '/' ||
               err_set(err, ERR_INVALID,
                       "the address of a log is the path of its socket (/dev/log), not \"%.80s\"",
                       target->address);
    }
    return target->kind[0] == '\0'
               ? err_set(err, ERR_INVALID, "a target has a kind: mail, webhook, syslog")
               : monitors_word("kind of target", target->kind, none, "mail, webhook, syslog", err);
}

// --- ports --------------------------------------------------------------------------------------

static bool monitors_allowed(const Quoin__V1__PortAllowed *allowed, struct err *err)
{
    static const char *const transports[] = { "tcp", "udp", NULL };
    if (allowed->first == 0 || allowed->first > 65535 || allowed->last > 65535 ||
        (allowed->last != 0 && allowed->last < allowed->first)) {
        return err_set(err, ERR_INVALID,
                       "%u to %u are no ports: first is 1 to 65535, last 0 or "
                       "not below it",
                       (unsigned)allowed->first, (unsigned)allowed->last);
    }
    if (allowed->program[0] == '\0') {
        return err_set(err, ERR_INVALID,
                       "port %u: say which program is expected there; \"*\" is any",
                       (unsigned)allowed->first);
    }
    return monitors_word("transport", allowed->transport, transports, "tcp, udp", err) &&
           monitors_text("program", allowed->program, MONITORS_TEXT_MAX, err) &&
           monitors_text("why", allowed->why, MONITORS_TEXT_MAX, err) &&
           (allowed->until >= 0 || err_set(err, ERR_INVALID, "until is a time"));
}

bool cas_expectation_check(const char *name, const Quoin__V1__Expectation *expectation,
                           struct err *err)
{
    if (strcmp(name, "*") != 0 && !monitors_is_host(name)) {
        return err_set(
            err, ERR_INVALID,
            "an expectation's name is that of a host, or * for every host, not \"%.80s\"", name);
    }
    if (expectation->n_allowed > MONITORS_LIST_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d ports can be allowed; say ranges",
                       MONITORS_LIST_MAX);
    }
    for (size_t at = 0; at < expectation->n_engines; at++) {
        enum engine engine;
        if (!engine_find(str_of(expectation->engines[at]), &engine)) {
            return err_set(err, ERR_INVALID, "\"%.40s\" is no engine: cas, dce, dre, spe, dme, web",
                           expectation->engines[at]);
        }
    }
    for (size_t at = 0; at < expectation->n_allowed; at++) {
        if (!monitors_allowed(expectation->allowed[at], err)) {
            return false;
        }
    }
    return monitors_is_kept(expectation->removed, err) &&
           monitors_names("engines", expectation->engines, expectation->n_engines, err);
}
