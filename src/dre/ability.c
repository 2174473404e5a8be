// ability: what a printer can do, as it says itself (RFC 8011 5.4: the xxx-supported attributes),
// asked before a rule changes a job. What it said stands for a while. Loop thread.
//
// no unit test: needs a printer; test_policy_print.py in tests/it has real ones.

#include "dre/deliver_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "device/sight.h"
#include "ippc/ask.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    ASK_MS = 3000,   // a job waits so long for it at most
    STATE_MS = 2000, // what was said of its state
    STATE_BYTES = 64 << 10,
    KNOWN_MS = 60000, // what was said, or that nothing was said, stands so long
};

struct ability {
    struct dre *dre; // borrowed
    uint32_t job;
    char printer[TABLE_NAME_MAX + 1];
    struct ippc_ask *ask;
    dre_ability_known *done;
    void *arg;
};

static const char *const sides[] = { "one-sided", "two-sided-long-edge", "two-sided-short-edge" };

static uint8_t lacks(const struct ipp_msg *msg)
{
    uint8_t lacks = 0;
    const struct ipp_attr *can =
        ipp_msg_find(msg, IPP_TAG_PRINTER, "sides-supported", IPP_TAG_KEYWORD);
    for (size_t at = 0; can != NULL && at < sizeof(sides) / sizeof(sides[0]); at++) {
        lacks |= ipp_attr_has(can, sides[at]) ? 0 : (uint8_t)(1 << at);
    }
    can = ipp_msg_find(msg, IPP_TAG_PRINTER, "print-color-mode-supported", IPP_TAG_KEYWORD);
    if (can != NULL && !ipp_attr_has(can, "monochrome")) {
        lacks |= TABLE_LACKS_MONOCHROME;
    }
    if (can != NULL && !ipp_attr_has(can, "color")) {
        lacks |= TABLE_LACKS_COLOR;
    }
    can = ipp_msg_find(msg, IPP_TAG_PRINTER, "page-ranges-supported", IPP_TAG_BOOLEAN);
    if (can != NULL && !can->values->boolean) {
        lacks |= TABLE_LACKS_RANGES;
    }
    return lacks;
}

bool dre_ability_lacks_sides(const struct printer *printer, const char *keyword)
{
    for (size_t at = 0; at < sizeof(sides) / sizeof(sides[0]); at++) {
        if (strcmp(sides[at], keyword) == 0) {
            return (printer->lacks & (1 << at)) != 0;
        }
    }
    return false;
}

// msg NULL: it did not answer.
static void take_state(struct printer *printer, const struct ipp_msg *msg)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(STATE_BYTES);
    struct device_sight sight;
    char why[128] = "";
    printer->state_until = clk_mono_ms() + STATE_MS;
    if (msg == NULL) {
        dre_deliver_printer_state(printer, "stopped", "The printer does not answer.");
        return;
    }
    // The same judgement as the monitoring engine's: one table of reasons for both.
    device_sight_ipp(msg, clk_wall_ms(), &arena, &sight);
    bool is_stopped = sight.state == DEVICE_ERROR || sight.state == DEVICE_STOPPED;
    const struct device_seen *worst = sight.reason_count > 0 ? &sight.reasons[0] : NULL;
    for (size_t at = 0; at < sight.reason_count; at++) {
        const struct device_seen *seen = &sight.reasons[at];
        bool is_worse =
            seen->stops != worst->stops ? seen->stops : seen->severity > worst->severity;
        worst = is_worse ? seen : worst;
    }
    if (worst != NULL) {
        (void)snprintf(why, sizeof(why), "The printer says: %.*s.", (int)worst->keyword.len,
                       worst->keyword.ptr);
    }
    if (is_stopped) {
        dre_deliver_printer_state(printer, "stopped", why);
    } else if (strcmp(printer->state, "stopped") == 0) {
        dre_deliver_printer_state(printer, "idle", "");
    }
}

static void take(const struct ability *ability, const struct ipp_msg *msg)
{
    struct printer *printer =
        dre_table_printer_find(&ability->dre->table, str_of(ability->printer));
    if (printer == NULL) {
        return;
    }
    take_state(printer, msg);
    printer->lacks = msg != NULL ? lacks(msg) : 0;
    printer->lacks_until = clk_mono_ms() + KNOWN_MS;
}

static void on_told(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct ability *ability = arg;
    struct dre *dre = ability->dre;
    struct job *job = dre_table_job_find(&dre->table, ability->job);
    (void)err; // that it did not answer is enough
    take(ability, msg);
    if (job != NULL) {
        job->live->busy--;
        job->live->ability = NULL;
    }
    ability->done(dre, ability->arg, job);
    free(ability);
}

bool dre_ability_ask(struct dre *dre, struct job *job, struct printer *printer, bool fresh,
                     dre_ability_known *done, void *arg)
{
    static const char *const wanted[] = { "sides-supported", "print-color-mode-supported",
                                          "page-ranges-supported", "printer-state",
                                          "printer-state-reasons" };
    struct ippc_uri uri;
    struct err err;
    int64_t now = clk_mono_ms();
    bool is_stopped = strcmp(printer->state, "stopped") == 0; // it may have come back
    bool is_known =
        printer->lacks_until > now && (!fresh || (printer->state_until > now && !is_stopped));
    if (is_known || dre_live(dre, job)->ability != NULL || dre->stopping ||
        !ippc_uri_read(str_of(printer->uri), &uri, &err) || uri.way == IPPC_RAW) {
        return false;
    }
    const struct ippc_ask_settings settings = {
        .uri = printer->uri,
        .at = uri,
        .tls = dre->printer_tls,
        .wanted = wanted,
        .wanted_count = sizeof(wanted) / sizeof(wanted[0]),
        .wait_ms = ASK_MS,
    };
    struct ability *ability = mem_new(sizeof(*ability));
    *ability = (struct ability){ .dre = dre, .job = job->id, .done = done, .arg = arg };
    (void)snprintf(ability->printer, sizeof(ability->printer), "%s", printer->name);
    job->live->busy++;
    job->live->ability = ability;
    ability->ask = ippc_ask_start(dre->loop, &settings, on_told, ability);
    return true;
}

void dre_ability_stop(struct live *live)
{
    struct ability *ability = live->ability;
    live->ability = NULL;
    if (ability != NULL) {
        ippc_ask_cancel(&ability->ask);
        ability->done(ability->dre, ability->arg, NULL);
        free(ability);
    }
}
