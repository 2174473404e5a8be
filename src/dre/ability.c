// ability: what a printer can do, as it says itself (RFC 8011 5.4: the xxx-supported attributes),
// asked before a rule changes a job. What it said stands for a while. Loop thread.
//
// no unit test: needs a printer; test_policy_print.py in tests/it has real ones.

#include "dre/deliver_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "httpio/client.h"
#include "ipp/name.h"
#include "ipp/out.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    REQUEST_MAX = 4 << 10,
    ANSWER_MAX = 256 << 10,
    ARENA_MAX = 1 << 20,
    ASK_MS = 3000,    // a job waits so long for it at most
    STATE_MS = 2000,  // what was said of its state
    KNOWN_MS = 60000, // what was said, or that nothing was said, stands so long
};

struct ability {
    struct dre *dre; // borrowed
    uint32_t job;
    char printer[TABLE_NAME_MAX + 1];
    struct httpio_client *client;
    struct buf request;
    struct buf answer;
    bool sent;
    unsigned http_status;
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

// Not from inside a callback of the client.
static void free_later(void *arg)
{
    struct ability *ability = arg;
    httpio_client_free(&ability->client);
    buf_free(&ability->request);
    buf_free(&ability->answer);
    free(ability);
}

static bool ends_with(struct str text, struct str end)
{
    return text.len > end.len && memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

// A reason that stops it, also where it calls itself idle.
static bool is_error(struct str reason)
{
    static const char *const known[] = { "media-jam", "media-empty", "cover-open", "door-open" };
    for (size_t at = 0; at < sizeof(known) / sizeof(known[0]); at++) {
        if (str_eq(reason, str_of(known[at]))) {
            return true;
        }
    }
    return ends_with(reason, STR("-error"));
}

// msg NULL: it did not answer.
static void take_state(struct printer *printer, const struct ipp_msg *msg)
{
    enum { STOPPED = 5 };
    char why[128] = "";
    printer->state_until = clk_mono_ms() + STATE_MS;
    if (msg == NULL) {
        dre_deliver_printer_state(printer, "stopped", "The printer does not answer.");
        return;
    }
    const struct ipp_attr *state =
        ipp_msg_find(msg, IPP_TAG_PRINTER, "printer-state", IPP_TAG_ENUM);
    const struct ipp_attr *reasons =
        ipp_msg_find(msg, IPP_TAG_PRINTER, "printer-state-reasons", IPP_TAG_KEYWORD);
    bool is_stopped = state != NULL && state->values->integer == STOPPED;
    for (const struct ipp_value *value = reasons == NULL ? NULL : reasons->values; value != NULL;
         value = value->next) {
        if (is_error(value->text) || (is_stopped && why[0] == '\0')) {
            is_stopped = true;
            (void)snprintf(why, sizeof(why), "The printer says: %.*s.", (int)value->text.len,
                           value->text.ptr);
        }
    }
    if (is_stopped) {
        dre_deliver_printer_state(printer, "stopped", why);
    } else if (strcmp(printer->state, "stopped") == 0) {
        dre_deliver_printer_state(printer, "idle", "");
    }
}

static void take(struct ability *ability, bool answered)
{
    struct dre *dre = ability->dre;
    struct printer *printer = dre_table_printer_find(&dre->table, str_of(ability->printer));
    OWN(arena_free) struct arena arena = ARENA_CAP(ARENA_MAX);
    struct ipp_msg msg;
    struct err err;
    if (printer == NULL) {
        return;
    }
    bool good = answered && ability->http_status == 200 &&
                ipp_msg_decode(buf_str(&ability->answer), &IPP_CAPS_RESPONSE, &arena, &msg, &err) &&
                ipp_status_is_ok(msg.code);
    take_state(printer, good ? &msg : NULL);
    printer->lacks = good ? lacks(&msg) : 0;
    printer->lacks_until = clk_mono_ms() + KNOWN_MS;
}

static void on_done(void *arg, struct httpio_client *client, const struct err *err,
                    const struct httpio_sent *sent)
{
    (void)client; // it is ability's
    (void)sent;   // asking prints nothing
    struct ability *ability = arg;
    struct dre *dre = ability->dre;
    if (ability->done == NULL) {
        return; // the engine ends
    }
    struct job *job = dre_table_job_find(&dre->table, ability->job);
    take(ability, err->code == ERR_NONE);
    if (job != NULL) {
        job->live->busy--;
        job->live->ability = NULL;
    }
    ability->done(dre, ability->arg, job);
    net_loop_post(dre->loop, free_later, ability);
}

static void on_room(void *arg, struct httpio_client *client)
{
    struct ability *ability = arg;
    if (!ability->sent) {
        ability->sent = true;
        (void)httpio_client_write(client, buf_str(&ability->request)); // it is small
        httpio_client_finish(client);
    }
}

static void on_head(void *arg, struct httpio_client *client, const struct http_response *response)
{
    (void)client; // it is ability's
    struct ability *ability = arg;
    ability->http_status = response->status;
}

static void on_data(void *arg, struct httpio_client *client, struct str bytes)
{
    struct ability *ability = arg;
    buf_add(&ability->answer, bytes);
    if (!buf_ok(&ability->answer)) {
        struct err err;
        err_fill(&err, ERR_LIMIT, "the printer's answer is too large");
        httpio_client_abort(client, &err);
    }
}

static void write_request(struct ability *ability, const struct printer *printer)
{
    static const char *const wanted[] = { "sides-supported", "print-color-mode-supported",
                                          "page-ranges-supported", "printer-state",
                                          "printer-state-reasons" };
    struct ipp_out out = ipp_out_of(&ability->request);
    ipp_out_head(&out, 2, 0, IPP_OP_GET_PRINTER_ATTRIBUTES, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    ipp_out_text(&out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    ipp_out_text(&out, IPP_TAG_URI, "printer-uri", str_of(printer->uri));
    ipp_out_texts(&out, IPP_TAG_KEYWORD, "requested-attributes", wanted,
                  sizeof(wanted) / sizeof(wanted[0]));
    ipp_out_end(&out);
}

bool dre_ability_ask(struct dre *dre, struct job *job, struct printer *printer, bool fresh,
                     dre_ability_known *done, void *arg)
{
    static const struct httpio_client_events events = { on_room, on_head, on_data, on_done };
    static const struct http_field fields[] = {
        { { "Content-Type", 12 }, { "application/ipp", 15 } },
    };
    struct deliver_uri uri;
    struct err err;
    int64_t now = clk_mono_ms();
    bool is_stopped = strcmp(printer->state, "stopped") == 0; // it may have come back
    bool is_known =
        printer->lacks_until > now && (!fresh || (printer->state_until > now && !is_stopped));
    if (is_known || dre_live(dre, job)->ability != NULL || dre->stopping ||
        !dre_deliver_uri_read(str_of(printer->uri), &uri, &err) || uri.way == DELIVER_RAW) {
        return false;
    }
    const struct httpio_client_settings settings = {
        .to = uri.to,
        .tls = uri.way == DELIVER_IPPS ? dre->printer_tls : NULL,
        .connect_ms = ASK_MS,
        .idle_ms = ASK_MS,
    };
    struct ability *ability = mem_new(sizeof(*ability));
    *ability = (struct ability){ .dre = dre, .job = job->id, .done = done, .arg = arg };
    (void)snprintf(ability->printer, sizeof(ability->printer), "%s", printer->name);
    ability->client = httpio_client_new(dre->loop, &settings);
    ability->request = BUF_CAP(REQUEST_MAX);
    ability->answer = BUF_CAP(ANSWER_MAX);
    write_request(ability, printer);
    job->live->busy++;
    job->live->ability = ability;
    const struct httpio_ask request = {
        .method = STR("POST"),
        .target = str_of(uri.path),
        .fields = fields,
        .field_count = 1,
        .length = ability->request.len,
        .whole_ms = ASK_MS,
    };
    httpio_client_ask(ability->client, &request, &events, ability);
    return true;
}

void dre_ability_stop(struct live *live)
{
    struct ability *ability = live->ability;
    live->ability = NULL;
    if (ability != NULL) {
        dre_ability_known *done = ability->done;
        ability->done = NULL; // on_done, from free_later, does nothing
        done(ability->dre, ability->arg, NULL);
        free_later(ability);
    }
}
