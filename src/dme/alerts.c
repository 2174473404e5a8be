// alerts: see alerts.h.

#include "dme/alerts.h"

#include "base/clk.h"
#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ALERTS_TICK_MS = 250,
    ALERTS_KEY_MAX = 600,
    ALERTS_FORGET_MS = 3600 * 1000,
    ALERTS_TELL_MAX = 16384,
};

static const char *const when_names[ALERTS_WHEN_COUNT] = {
    [ALERTS_DEVICE_ERROR] = "device-error", [ALERTS_DEVICE_AWAY] = "device-away",
    [ALERTS_SUPPLY_BELOW] = "supply-below", [ALERTS_FAULT] = "fault",
    [ALERTS_METER_GAP] = "meter-gap",       [ALERTS_PORT] = "port",
    [ALERTS_ENGINE_AWAY] = "engine-away",
};

struct rule {
    char *name;                 // owned
    Quoin__V1__AlertRule *told; // owned
    struct alert_rule rule;
    enum alerts_when when;
    bool follows; // its alerts are as severe as what is said
};

// Something that holds now, or whose alert is open, by one rule.
struct instance {
    char *key; // owned: rule, about and keyword
    enum alerts_when when;
    int64_t id; // of the open alert; 0: none is
    struct alert_state state;
    int64_t due; // wall; 0: not before something happens
    enum alert_severity severity;
    char *rule; // these are owned
    char *about;
    char *keyword;
    char *text;
    char *acknowledged_by;
    char *assigned;
    char *note;
    uint64_t seen;            // the look that saw it
    struct instance *of_same; // the next one of the same about
};

struct alerts {
    struct net_loop *loop;
    struct store *store;
    struct deliver *deliver; // owned
    struct net_timer *tick;
    struct rule *rules; // owned
    size_t rule_count;
    const struct calendar_zone *zone;
    struct map instances; // owned struct instance
    struct map abouts;    // the first of them of each about
    size_t open;
    int64_t last_id;
    uint64_t look;
    int64_t forget_at; // monotonic
    void (*changed)(void *arg, const Quoin__V1__Alert *alert);
    void *changed_arg;
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

static void text_set(char **text, const char *to)
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

static void rules_free(struct alerts *alerts)
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
    struct rule *rule = &alerts->rules[alerts->rule_count];
    struct err ignored; // it was checked when it was configured
    *rule = (struct rule){ 0 };
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
    text_set(&rule->name, name);
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

static const struct rule *rule_find(const struct alerts *alerts, const char *name)
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
static bool is_meant(const struct rule *rule, const struct alerts_word *word)
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

static bool is_so(const struct rule *rule, const struct alerts_word *word)
{
    if (!word->here) {
        return false;
    }
    if (rule->when == ALERTS_SUPPLY_BELOW) {
        return word->value >= 0 && word->value < rule->told->threshold;
    }
    return rule->when != ALERTS_METER_GAP || word->value >= rule->told->threshold;
}

// --- an alert as it is kept and told ------------------------------------------------------------

static struct alert_row row_of(const struct instance *one, int64_t ended, int64_t began,
                               int64_t times)
{
    return (struct alert_row){
        .id = one->id,
        .rule = str_of(one->rule),
        .about = str_of(one->about),
        .keyword = str_of(one->keyword),
        .text = str_of(one->text),
        .severity = one->severity,
        .ended = ended,
        .state = one->state,
        .times = times,
        .began = began,
        .acknowledged_by = str_of(one->acknowledged_by),
        .assigned = str_of(one->assigned),
        .note = str_of(one->note),
    };
}

struct put {
    struct store_task task; // first
    struct arena arena;
    struct alert_row row;
    int64_t forget_before; // not 0: forgets, and puts nothing
};

static bool put_run(struct store_task *task, struct err *err)
{
    struct put *put = (struct put *)(void *)task;
    struct alerts_db *db = dme_store_part(task->store, STORE_ALERTS);
    return put->forget_before != 0 ? dme_alerts_forget(db, put->forget_before, err)
                                   : dme_alerts_put(db, &put->row, err);
}

static void put_free(struct put *put)
{
    arena_free(&put->arena);
    free(put);
}

static void put_done(struct store_task *task, bool ok, const struct err *err)
{
    if (!ok) {
        log_event(LOG_ERROR, "alert.not-kept", log_text("why", err->text));
    }
    put_free((struct put *)(void *)task);
}

static void keep(struct alerts *alerts, const struct alert_row *row)
{
    struct put *put = mem_new(sizeof(*put));
    put->task = (struct store_task){ .run = put_run, .done = put_done };
    put->arena = ARENA_CAP(16384);
    put->row = *row;
    put->row.rule = arena_copy(&put->arena, row->rule);
    put->row.about = arena_copy(&put->arena, row->about);
    put->row.keyword = arena_copy(&put->arena, row->keyword);
    put->row.text = arena_copy(&put->arena, row->text);
    put->row.acknowledged_by = arena_copy(&put->arena, row->acknowledged_by);
    put->row.assigned = arena_copy(&put->arena, row->assigned);
    put->row.note = arena_copy(&put->arena, row->note);
    if (!arena_ok(&put->arena) || !dme_store_add(alerts->store, &put->task)) {
        log_event(LOG_ERROR, "alert.not-kept", log_text("why", "the store takes nothing"));
        put_free(put);
    }
}

Quoin__V1__Alert *dme_alert_told(const struct alert_row *row, struct arena *arena)
{
    Quoin__V1__Alert *told = arena_new(arena, sizeof(*told));
    if (told == NULL) {
        return NULL;
    }
    quoin__v1__alert__init(told);
    told->id = row->id;
    told->rule = arena_text(arena, row->rule);
    told->about = arena_text(arena, row->about);
    told->keyword = arena_text(arena, row->keyword);
    told->text = arena_text(arena, row->text);
    told->severity = (char *)(uintptr_t)alert_severity_name(row->severity);
    told->began = row->began;
    told->ended = row->ended;
    told->times = row->times;
    told->acknowledged_by = arena_text(arena, row->acknowledged_by);
    told->acknowledged_at = row->state.acknowledged_at;
    told->assigned_to = arena_text(arena, row->assigned);
    told->muted_until = row->state.muted_until;
    told->note = arena_text(arena, row->note);
    return arena_ok(arena) ? told : NULL;
}

static void kept_and_told(struct alerts *alerts, const struct alert_row *row)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(ALERTS_TELL_MAX);
    const Quoin__V1__Alert *told = dme_alert_told(row, &arena);
    keep(alerts, row);
    if (told != NULL && alerts->changed != NULL) {
        alerts->changed(alerts->changed_arg, told);
    }
}

// --- what people are sent -----------------------------------------------------------------------

static void json_time(struct json *json, const char *key, int64_t at)
{
    OWN(buf_free) struct buf text = BUF_CAP(100);
    json_key(json, key);
    if (at == 0) {
        json_null(json);
        return;
    }
    clk_add_utc(&text, at);
    json_str(json, buf_str(&text));
}

static void news_json(struct buf *out, const char *type, const struct alert_row *row, int64_t now)
{
    struct json json = json_to(out);
    json_object(&json);
    json_text_field(&json, "type", type);
    json_time(&json, "timestamp", now);
    json_key(&json, "data");
    json_object(&json);
    json_int_field(&json, "id", row->id);
    json_key(&json, "rule");
    json_str(&json, row->rule);
    json_key(&json, "about");
    json_str(&json, row->about);
    json_key(&json, "keyword");
    json_str(&json, row->keyword);
    json_text_field(&json, "severity", alert_severity_name(row->severity));
    json_key(&json, "text");
    json_str(&json, row->text);
    json_time(&json, "began", row->began);
    json_time(&json, "ended", row->ended);
    json_int_field(&json, "times", row->times);
    json_end(&json);
    json_end(&json);
}

static void news_text(struct alerts *alerts, struct buf *out, const struct alert_row *row)
{
    buf_addf(out, "%.*s: %.*s\n\nSince ", (int)row->about.len, row->about.ptr, (int)row->text.len,
             row->text.ptr);
    calendar_add_text(out, alerts->zone, row->began);
    if (row->ended != 0) {
        buf_addf(out, ", over since ");
        calendar_add_text(out, alerts->zone, row->ended);
    }
    buf_addf(out, " (%s).\n", calendar_zone_name(alerts->zone));
    if (row->times > 1) {
        buf_addf(out, "It came %lld times.\n", (long long)row->times);
    }
    buf_addf(out,
             "\nRule: %.*s. Severity: %s. Alert %lld.\n\nTo see it: quoin alert show %lld\n"
             "To say that you look after it: quoin alert acknowledge %lld\n",
             (int)row->rule.len, row->rule.ptr, alert_severity_name(row->severity),
             (long long)row->id, (long long)row->id, (long long)row->id);
}

static void send_to(struct alerts *alerts, char *const *targets, size_t count, const char *type,
                    const struct alert_row *row)
{
    OWN(buf_free) struct buf subject = BUF_CAP(1000);
    OWN(buf_free) struct buf text = BUF_CAP(ALERTS_TELL_MAX);
    OWN(buf_free) struct buf json = BUF_CAP(ALERTS_TELL_MAX);
    if (count == 0) {
        return;
    }
    buf_addf(&subject, "%s: %.*s: %.*s",
             row->ended != 0 ? "over" : alert_severity_name(row->severity), (int)row->about.len,
             row->about.ptr, (int)row->text.len, row->text.ptr);
    news_text(alerts, &text, row);
    news_json(&json, type, row, clk_wall_ms());
    const struct deliver_news news = {
        .alert = row->id, .subject = subject.ptr, .text = text.ptr, .json = json.ptr
    };
    for (size_t at = 0; at < count; at++) {
        (void)dme_deliver_send(alerts->deliver, targets[at], &news); // it logs what it refuses
    }
}

static void log_alert(const char *event, const struct alert_row *row)
{
    log_event(row->ended != 0                   ? LOG_INFO
              : row->severity == ALERT_CRITICAL ? LOG_ERROR
                                                : LOG_WARNING,
              event, log_int("alert", row->id), log_str("rule", row->rule),
              log_str("about", row->about), log_str("keyword", row->keyword),
              log_str("text", row->text));
}

// --- acts ---------------------------------------------------------------------------------------

static void about_drop(struct alerts *alerts, struct instance *one)
{
    struct instance *at = map_find(&alerts->abouts, str_of(one->about));
    if (at == one && one->of_same == NULL) {
        (void)map_drop(&alerts->abouts, str_of(one->about));
    } else if (at == one) {
        map_set(&alerts->abouts, str_of(one->about), one->of_same);
    } else {
        while (at->of_same != one) {
            at = at->of_same;
        }
        at->of_same = one->of_same;
    }
}

static void instance_free(struct instance *one)
{
    free(one->key);
    free(one->rule);
    free(one->about);
    free(one->keyword);
    free(one->text);
    free(one->acknowledged_by);
    free(one->assigned);
    free(one->note);
    free(one);
}

static void instance_drop(struct alerts *alerts, struct instance *one)
{
    (void)map_drop(&alerts->instances, str_of(one->key));
    about_drop(alerts, one);
    instance_free(one);
}

static void act_begin(struct alerts *alerts, struct instance *one, const struct rule *rule)
{
    one->id = ++alerts->last_id;
    one->severity = rule->follows ? one->severity : rule->rule.severity;
    text_set(&one->acknowledged_by, "");
    text_set(&one->assigned, "");
    text_set(&one->note, "");
    alerts->open++;
    struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
    log_alert("alert.began", &row);
}

// was: the state before it was closed.
static void act_end(struct alerts *alerts, struct instance *one, const struct rule *rule,
                    const struct alert_state *was, bool tell, int64_t now)
{
    struct alert_row row = row_of(one, now, was->began, was->times);
    row.state = *was;
    log_alert("alert.ended", &row);
    kept_and_told(alerts, &row);
    if (tell) {
        send_to(alerts, rule->told->targets, rule->told->n_targets, "alert.ended", &row);
        if (was->escalated) {
            send_to(alerts, rule->told->escalate_targets, rule->told->n_escalate_targets,
                    "alert.ended", &row);
        }
    }
    one->id = 0;
    alerts->open--;
}

static void acts_do(struct alerts *alerts, struct instance *one, const struct rule *rule,
                    const struct alert_state *was, unsigned acts, int64_t now)
{
    bool ends_first = (acts & ALERT_END) != 0 && one->id != 0;
    bool tells_end = (acts & ALERT_TELL_END) != 0;
    if (ends_first) {
        act_end(alerts, one, rule, was, tells_end, now);
    }
    if ((acts & ALERT_BEGIN) != 0) {
        act_begin(alerts, one, rule);
    }
    if (one->id == 0) {
        return;
    }
    struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
    if ((acts & (ALERT_BEGIN | ALERT_TELL | ALERT_ESCALATE)) != 0) {
        kept_and_told(alerts, &row);
    }
    if ((acts & ALERT_TELL) != 0) {
        send_to(alerts, rule->told->targets, rule->told->n_targets, "alert.began", &row);
    }
    if ((acts & ALERT_ESCALATE) != 0) {
        send_to(alerts, rule->told->escalate_targets, rule->told->n_escalate_targets,
                "alert.escalated", &row);
    }
    if ((acts & ALERT_END) != 0 && !ends_first) { // it began and ended with nobody looking
        struct alert_state brief = { .began = now, .times = 1 };
        act_end(alerts, one, rule, &brief, tells_end, now);
    }
}

// As it holds for this one.
static struct alert_rule rule_for(const struct rule *rule, const struct instance *one)
{
    struct alert_rule own = rule->rule;
    own.severity = rule->follows ? one->severity : own.severity;
    return own;
}

static void instance_turn(struct alerts *alerts, struct instance *one, int64_t now)
{
    const struct rule *rule = rule_find(alerts, one->rule);
    struct alert_state was = one->state;
    if (rule == NULL) {
        one->due = 0;
        return;
    }
    const struct alert_rule own = rule_for(rule, one);
    unsigned acts = alert_turn(&one->state, &own, alerts->zone, now, &one->due);
    acts_do(alerts, one, rule, &was, acts, now);
}

static void drop_if_over(struct alerts *alerts, struct instance *one)
{
    if (one->id == 0 && !one->state.here) {
        instance_drop(alerts, one);
    }
}

// --- words --------------------------------------------------------------------------------------

static void key_make(char key[static ALERTS_KEY_MAX], const char *rule,
                     const struct alerts_word *word)
{
    // No name holds this letter: names are plain.
    (void)snprintf(key, ALERTS_KEY_MAX, "%s\x1f%s\x1f%s", rule, word->about, word->keyword);
}

static struct instance *instance_new(struct alerts *alerts, const char *key, const char *rule,
                                     const struct alerts_word *word)
{
    if (alerts->instances.count >= ALERTS_OPEN_MAX) {
        return NULL;
    }
    struct instance *one = mem_new(sizeof(*one));
    size_t len = strlen(key);
    one->key = mem_new(len + 1);
    memcpy(one->key, key, len);
    one->when = word->when;
    text_set(&one->rule, rule);
    text_set(&one->about, word->about);
    text_set(&one->keyword, word->keyword);
    text_set(&one->text, word->text);
    text_set(&one->acknowledged_by, "");
    text_set(&one->assigned, "");
    text_set(&one->note, "");
    map_set(&alerts->instances, str_of(one->key), one);
    one->of_same = map_find(&alerts->abouts, str_of(one->about));
    map_set(&alerts->abouts, str_of(one->about), one);
    return one;
}

static void rule_hears(struct alerts *alerts, const struct rule *rule,
                       const struct alerts_word *word)
{
    char key[ALERTS_KEY_MAX];
    bool here = is_so(rule, word);
    int64_t now = clk_wall_ms();
    if (!here && map_find(&alerts->abouts, str_of(word->about)) == NULL) {
        return; // as with most words of most looks
    }
    key_make(key, rule->name, word);
    struct instance *one = map_find(&alerts->instances, str_of(key));
    if (one == NULL && (!here || (one = instance_new(alerts, key, rule->name, word)) == NULL)) {
        return;
    }
    one->seen = alerts->look;
    if (here && one->id == 0) {
        text_set(&one->text, word->text);
    }
    if (here && rule->follows && (one->id == 0 || word->severity > one->severity)) {
        one->severity = word->severity; // one that lasts gets worse, and not better
    }
    const struct alert_rule own = rule_for(rule, one);
    struct alert_state was = one->state;
    unsigned acts = alert_see(&one->state, &own, alerts->zone, here, now);
    acts_do(alerts, one, rule, &was, acts, now);
    if (acts == 0 && one->id != 0 && one->state.times != was.times) { // how often it came
        struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
        kept_and_told(alerts, &row);
    }
    instance_turn(alerts, one, now); // when it is due next
    drop_if_over(alerts, one);
}

void dme_alerts_say(struct alerts *alerts, const struct alerts_word *word)
{
    for (size_t at = 0; at < alerts->rule_count; at++) {
        if (is_meant(&alerts->rules[at], word)) {
            rule_hears(alerts, &alerts->rules[at], word);
        }
    }
}

static size_t instances_of(struct alerts *alerts, const char *about, struct instance ***list)
{
    struct instance *first = map_find(&alerts->abouts, str_of(about));
    size_t count = 0;
    for (const struct instance *one = first; one != NULL; one = one->of_same) {
        count++;
    }
    *list = mem_new((count + 1) * sizeof(**list));
    count = 0;
    for (struct instance *one = first; one != NULL; one = one->of_same) {
        (*list)[count++] = one;
    }
    return count;
}

static size_t instances_all(struct alerts *alerts, struct instance ***list)
{
    size_t count = 0;
    void *value = NULL;
    *list = mem_new((alerts->instances.count + 1) * sizeof(**list));
    for (size_t at = 0; map_next(&alerts->instances, &at, &value);) {
        (*list)[count++] = value;
    }
    return count;
}

static void device_says(struct alerts *alerts, const Quoin__V1__MonitoredDevice *device)
{
    const char *worst = device->n_reasons > 0 ? device->reasons[0]->text : "It does not print.";
    struct alerts_word word = { .when = ALERTS_DEVICE_ERROR,
                                .about = device->name,
                                .keyword = "",
                                .text = worst,
                                .here = strcmp(device->state, "error") == 0 ||
                                        strcmp(device->state, "stopped") == 0 };
    dme_alerts_say(alerts, &word);
    word.when = ALERTS_DEVICE_AWAY;
    word.text = "It does not answer.";
    word.here = strcmp(device->state, "away") == 0;
    dme_alerts_say(alerts, &word);
    for (size_t at = 0; at < device->n_supplies; at++) {
        const Quoin__V1__Supply *supply = device->supplies[at];
        char text[ALERTS_TEXT_MAX];
        (void)snprintf(text, sizeof(text), "%s has %lld %% left.", supply->name,
                       (long long)supply->level);
        word =
            (struct alerts_word){ .when = ALERTS_SUPPLY_BELOW,
                                  .about = device->name,
                                  .keyword = supply->name,
                                  .text = text,
                                  .value = supply->fills && supply->level >= 0 ? 100 - supply->level
                                                                               : supply->level,
                                  .here = true };
        dme_alerts_say(alerts, &word);
    }
    for (size_t at = 0; at < device->n_open_faults; at++) {
        const Quoin__V1__Fault *fault = device->open_faults[at];
        word = (struct alerts_word){ .when = ALERTS_FAULT,
                                     .about = device->name,
                                     .keyword = fault->keyword,
                                     .text = fault->text,
                                     .here = true };
        dme_alerts_say(alerts, &word);
    }
}

static void no_more(struct alerts *alerts, struct instance *one)
{
    const struct rule *rule = rule_find(alerts, one->rule);
    const struct alerts_word word = { .when = one->when,
                                      .about = one->about,
                                      .keyword = one->keyword,
                                      .text = one->text,
                                      .here = false };
    if (rule != NULL) {
        rule_hears(alerts, rule, &word);
    }
}

void dme_alerts_device(struct alerts *alerts, const Quoin__V1__MonitoredDevice *device)
{
    struct instance **list = NULL;
    alerts->look++;
    device_says(alerts, device);
    size_t count = instances_of(alerts, device->name, &list);
    for (size_t at = 0; at < count; at++) {
        bool is_listed = list[at]->when == ALERTS_FAULT || list[at]->when == ALERTS_SUPPLY_BELOW;
        // A device that does not answer has told nothing of these.
        if (is_listed && list[at]->seen != alerts->look && strcmp(device->state, "away") != 0) {
            no_more(alerts, list[at]);
        }
    }
    free(list);
}

static void end_quietly(struct alerts *alerts, struct instance *one)
{
    static const struct rule nobody;
    struct alert_state was = one->state;
    if (one->id != 0) {
        act_end(alerts, one, &nobody, &was, false, clk_wall_ms());
    }
    instance_drop(alerts, one);
}

void dme_alerts_gone(struct alerts *alerts, const char *about)
{
    struct instance **list = NULL;
    size_t count = instances_of(alerts, about, &list);
    for (size_t at = 0; at < count; at++) {
        end_quietly(alerts, list[at]);
    }
    free(list);
}

// --- people -------------------------------------------------------------------------------------

static struct instance *open_find(struct alerts *alerts, int64_t id)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&alerts->instances, &at, &value);) {
        if (((struct instance *)value)->id == id && id != 0) {
            return value;
        }
    }
    return NULL;
}

bool dme_alerts_change(struct alerts *alerts, const Quoin__V1__ChangeAlertRequest *asked,
                       struct arena *arena, Quoin__V1__Alert **alert, struct err *err)
{
    struct instance *one = open_find(alerts, asked->id);
    int64_t now = clk_wall_ms();
    if (one == NULL) {
        return err_set(err, ERR_NOT_FOUND,
                       "alert %lld is not open; those that are: quoin alert list",
                       (long long)asked->id);
    }
    if (asked->acknowledge && one->state.acknowledged_at == 0) {
        one->state.acknowledged_at = now;
        text_set(&one->acknowledged_by, asked->by);
    }
    if (asked->assign[0] != '\0' || asked->unassign) {
        text_set(&one->assigned, asked->assign);
    }
    if (asked->mute_until > now || asked->unmute) {
        one->state.muted_until = asked->unmute ? 0 : asked->mute_until;
    }
    if (asked->note[0] != '\0') {
        text_set(&one->note, asked->note);
    }
    instance_turn(alerts, one, now);
    struct alert_row row = row_of(one, 0, one->state.began, one->state.times);
    kept_and_told(alerts, &row);
    *alert = dme_alert_told(&row, arena);
    return *alert != NULL || err_set(err, ERR_LIMIT, "the alert is too big to be told");
}

const struct calendar_zone *dme_alerts_zone(const struct alerts *alerts)
{
    return alerts->zone;
}

struct deliver *dme_alerts_deliver(struct alerts *alerts)
{
    return alerts->deliver;
}

size_t dme_alerts_open(const struct alerts *alerts)
{
    return alerts->open;
}

// --- configuration, begin and end ---------------------------------------------------------------

// What a rule that is not there any more had begun is over.
static void strays_end(struct alerts *alerts)
{
    struct instance **list = NULL;
    size_t count = instances_all(alerts, &list);
    for (size_t at = 0; at < count; at++) {
        const struct rule *rule = rule_find(alerts, list[at]->rule);
        if (rule == NULL) {
            end_quietly(alerts, list[at]);
        } else {
            list[at]->when = rule->when;
        }
    }
    free(list);
}

void dme_alerts_configure(struct alerts *alerts, const struct alerts_config *config)
{
    struct deliver_target *targets = mem_new((config->target_count + 1) * sizeof(*targets));
    size_t count = 0;
    for (size_t at = 0; at < config->target_count; at++) {
        if (!config->targets[at].told->removed) {
            targets[count++] = (struct deliver_target){ .name = config->targets[at].name,
                                                        .told = config->targets[at].told };
        }
    }
    dme_deliver_targets(alerts->deliver, targets, count);
    free(targets);
    rules_free(alerts);
    if (config->rule_count == 0) {
        rules_usual(alerts);
    } else {
        alerts->rules = mem_new((config->rule_count + 1) * sizeof(*alerts->rules));
        for (size_t at = 0; at < config->rule_count; at++) {
            rule_add(alerts, config->rules[at].name, config->rules[at].told);
        }
    }
    alerts->zone = config->zone;
    strays_end(alerts);
}

static void forget(struct alerts *alerts, int64_t now)
{
    struct put *put = mem_new(sizeof(*put));
    put->task = (struct store_task){ .run = put_run, .done = put_done };
    put->forget_before = now - ALERTS_KEEP_DAYS * CALENDAR_DAY_MS;
    if (!dme_store_add(alerts->store, &put->task)) {
        put_free(put);
    }
}

static void on_tick(void *arg)
{
    struct alerts *alerts = arg;
    struct instance **list = NULL;
    int64_t now = clk_wall_ms();
    size_t count = instances_all(alerts, &list);
    for (size_t at = 0; at < count; at++) {
        if (list[at]->due != 0 && list[at]->due <= now) {
            instance_turn(alerts, list[at], now);
            drop_if_over(alerts, list[at]);
        }
    }
    free(list);
    if (clk_mono_ms() >= alerts->forget_at) {
        alerts->forget_at = clk_mono_ms() + ALERTS_FORGET_MS;
        forget(alerts, now);
    }
}

static void row_take(struct alerts *alerts, const struct alert_row *row)
{
    char key[ALERTS_KEY_MAX];
    const struct alerts_word word = { .when = ALERTS_WHEN_COUNT, // configure tells
                                      .about = row->about.ptr,
                                      .keyword = row->keyword.ptr,
                                      .text = row->text.ptr };
    key_make(key, row->rule.ptr, &word);
    struct instance *one = map_find(&alerts->instances, str_of(key)) != NULL
                               ? NULL
                               : instance_new(alerts, key, row->rule.ptr, &word);
    if (one == NULL) {
        return;
    }
    one->id = row->id;
    one->state = row->state;
    one->severity = row->severity;
    one->due = 1; // at once
    text_set(&one->acknowledged_by, row->acknowledged_by.ptr);
    text_set(&one->assigned, row->assigned.ptr);
    text_set(&one->note, row->note.ptr);
    alerts->open++;
}

static bool open_read(struct alerts *alerts, struct alerts_db *db, struct err *err)
{
    int64_t before = 0;
    size_t count = 1;
    while (count > 0 && alerts->instances.count < ALERTS_OPEN_MAX) {
        OWN(arena_free) struct arena arena = ARENA_CAP((size_t)16 << 20);
        struct alert_row *rows = arena_new_array(&arena, ALERTS_LIST_MAX, sizeof(*rows));
        const struct alerts_asked asked = { .open_only = true, .before = before };
        if (!dme_alerts_list(db, &asked, ALERTS_LIST_MAX, &arena, rows, &count, err)) {
            return false;
        }
        for (size_t at = 0; at < count; at++) {
            before = rows[at].id;
            row_take(alerts, &rows[at]);
        }
    }
    return true;
}

bool dme_alerts_new(struct net_loop *loop, struct store *store,
                    void (*changed)(void *arg, const Quoin__V1__Alert *alert), void *arg,
                    struct alerts **alerts, struct err *err)
{
    OWN(dme_alerts_free) struct alerts *made = mem_new(sizeof(*made));
    struct alerts_db *db = dme_store_part(store, STORE_ALERTS);
    int64_t ignored = 0;
    made->loop = loop;
    made->store = store;
    made->zone = calendar_zone_utc();
    made->changed = changed;
    made->changed_arg = arg;
    if (!dme_alerts_highest(db, &made->last_id, &ignored, err) || !open_read(made, db, err) ||
        !dme_deliver_new(loop, store, &made->deliver, err)) {
        return false;
    }
    made->tick = net_timer_new(loop, on_tick, made);
    net_timer_every(made->tick, ALERTS_TICK_MS);
    *alerts = made;
    made = NULL;
    return true;
}

void dme_alerts_free(struct alerts **alerts)
{
    struct alerts *old = *alerts;
    void *value = NULL;
    if (old == NULL) {
        return;
    }
    net_timer_free(&old->tick);
    dme_deliver_free(&old->deliver);
    for (size_t at = 0; map_next(&old->instances, &at, &value);) {
        instance_free(value);
    }
    map_free(&old->instances);
    map_free(&old->abouts);
    rules_free(old);
    free(old);
    *alerts = NULL;
}
