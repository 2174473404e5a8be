// shown: a job as the calls of dre.proto show it, and the key that releases a guest's. Loop thread.
//
// no unit test: needs the whole engine; tests/it/test_hold.py reads jobs by all their fields.

#include "dre/calls_int.h"

#include "base/mem.h"
#include "crypto/hash.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKET_ARENA_MAX = 64 << 10, RANGES_TEXT_MAX = 2400, KEY_TOLD_MAX = 100 };

// --- release keys -------------------------------------------------------------------------------

// Letters and digits of which no two look alike.
static const char key_letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

// Made from the job and the site's secret, so it is nowhere kept: who reads the journal alone
// cannot release anything.
void dre_release_key_make(const struct dre *dre, struct job *job)
{
    OWN(buf_free) struct buf about = BUF_CAP(64);
    uint8_t mac[CRYPTO_HASH_LEN];
    uint64_t number = 0;
    buf_add(&about, STR("release-key "));
    buf_add(&about, (struct str){ (const char *)job->uuid, sizeof(job->uuid) });
    crypto_mac_of(
        (struct str){ (const char *)dre->spool.site.bytes, sizeof(dre->spool.site.bytes) },
        buf_str(&about), mac);
    for (size_t at = 0; at < sizeof(number); at++) {
        number = number << 8 | mac[at];
    }
    for (size_t at = 0; at < RELEASE_KEY_LEN; at++) {
        job->release_key[at] = key_letters[number % (sizeof(key_letters) - 1)];
        number /= sizeof(key_letters) - 1;
    }
    job->release_key[RELEASE_KEY_LEN] = '\0';
    free(job->key_told);
    job->key_told = mem_new(KEY_TOLD_MAX);
    (void)snprintf(job->key_told, KEY_TOLD_MAX,
                   "The job waits for its release key, which is %.4s-%s: type it at a device.",
                   job->release_key, job->release_key + RELEASE_KEY_LEN / 2);
}

bool dre_release_key_read(struct str typed, char key[static RELEASE_KEY_LEN + 1])
{
    size_t len = 0;
    for (size_t at = 0; at < typed.len; at++) {
        char letter = typed.ptr[at];
        letter = letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
        if (letter == '-' || letter == ' ') {
            continue;
        }
        if (len == RELEASE_KEY_LEN || strchr(key_letters, letter) == NULL) {
            return false;
        }
        key[len++] = letter;
    }
    key[len] = '\0';
    return len == RELEASE_KEY_LEN;
}

// --- a job --------------------------------------------------------------------------------------

static const char *sides_name(enum page_sides sides)
{
    return sides == PAGE_ONE_SIDED        ? "one-sided"
           : sides == PAGE_TWO_SIDED_LONG ? "two-sided-long-edge"
                                          : "two-sided-short-edge";
}

static const char *color_name(enum ippd_color color)
{
    return color == IPPD_COLOR_MONOCHROME ? "monochrome"
           : color == IPPD_COLOR_COLOR    ? "color"
                                          : "auto";
}

static void fill_ticket(const struct job *job, struct arena *arena, Quoin__V1__Job *out)
{
    OWN(arena_free) struct arena own = ARENA_CAP(TICKET_ARENA_MAX);
    OWN(buf_free) struct buf ranges = BUF_CAP(RANGES_TEXT_MAX);
    struct ippd_ticket ticket;
    struct err err;
    if (!ippd_ticket_read(dre_table_job_text(job).ticket, &own, &ticket, &err)) {
        return;
    }
    enum dre_way way = dre_deliver_way(job->printer);
    if (way != DRE_WAY_PLAIN) {
        out->sides = dre_call_text(arena, str_of(sides_name(ticket.sides)));
        out->color_mode = dre_call_text(arena, str_of(color_name(ticket.color)));
    }
    for (size_t at = 0; way == DRE_WAY_IPP && at < ticket.range_count; at++) {
        const struct ippd_range *range = &ticket.ranges[at];
        buf_addf(&ranges, "%s%" PRIu32, at > 0 ? "," : "", range->first);
        if (range->last > range->first) {
            buf_addf(&ranges, "-%" PRIu32, range->last);
        }
    }
    out->page_ranges = dre_call_text(arena, buf_str(&ranges));
}

static void fill_sent(struct str sent, struct arena *arena, Quoin__V1__Job *out)
{
    out->sent_to = arena_new_array(arena, DRE_SENT_MAX, sizeof(*out->sent_to));
    while (out->sent_to != NULL && sent.len > 0 && out->n_sent_to < DRE_SENT_MAX) {
        const char *end = memchr(sent.ptr, '\n', sent.len);
        size_t len = end == NULL ? sent.len : (size_t)(end - sent.ptr);
        const size_t had = sizeof(TABLE_SENT_HAD) - 1;
        if (len < had || memcmp(sent.ptr, TABLE_SENT_HAD, had) != 0) {
            out->sent_to[out->n_sent_to++] = dre_call_text(arena, (struct str){ sent.ptr, len });
        }
        size_t past = end == NULL ? len : len + 1;
        sent = (struct str){ sent.ptr + past, sent.len - past };
    }
}

static void fill_waiting(const struct job *job, struct arena *arena, Quoin__V1__Job *out)
{
    struct job_text text = dre_table_job_text(job);
    bool is_open = !dre_job_has_ended(&job->core);
    out->identity = dre_call_text(arena, text.identity);
    out->expires_at = job->core.state == JOB_HELD ? job->expires_at : 0;
    out->pull_group = dre_call_text(arena, str_of(job->printer->pull_group));
    out->sender_pays = (job->core.flags & JOB_FLAG_SENDER_PAYS) != 0;
    out->released_by = dre_call_text(arena, text.by);
    out->device = dre_call_text(arena, text.device);
    out->unclaimed = is_open && (job->core.flags & JOB_FLAG_UNCLAIMED) != 0;
    fill_ticket(job, arena, out);
    fill_sent(text.sent, arena, out);
}

void dre_job_fill(const struct job *job, struct arena *arena, Quoin__V1__Job *out)
{
    quoin__v1__job__init(out);
    struct job_text text = dre_table_job_text(job);
    enum job_reason reason = (enum job_reason)job->core.reason;
    out->id = job->id;
    out->queue = dre_call_text(arena, str_of(job->queue->name));
    out->user = dre_call_text(arena, str_of(job->owner->name));
    out->document = dre_call_text(arena, dre_table_job_title(&text));
    out->state = dre_call_text(arena, str_of(dre_ipp_state_name(job)));
    out->reasons = arena_new_array(arena, 1, sizeof(*out->reasons));
    if (out->reasons != NULL && reason != JOB_REASON_NONE) {
        out->reasons[0] = dre_call_text(arena, str_of(dre_job_reason_keyword(reason)));
        out->n_reasons = 1;
    }
    out->pages = job->pages;
    out->color_pages = job->color_pages;
    out->sheets = job->sheets;
    out->copies = job->copies;
    out->cost = job->cost;
    out->created_at = job->created_at;
    out->completed_at = job->completed_at;
    bool hides_key = job->key_told != NULL && job->core.state == JOB_HELD;
    out->message =
        dre_call_text(arena, hides_key ? str_of(dre_job_reason_sentence(JOB_REASON_GUEST))
                                       : dre_job_message(job));
    out->bytes = job->bytes;
    out->account = dre_call_text(arena, text.account);
    out->notice = dre_call_text(arena, text.notice);
    out->printer =
        dre_call_text(arena, text.printer.len > 0 ? text.printer : str_of(job->printer->name));
    out->prepared = dre_job_is_prepared(&job->core);
    fill_waiting(job, arena, out);
}

void dre_call_fill_job(struct wire_call *call, const struct job *job, bool with_key,
                       Quoin__V1__Job *out)
{
    bool is_web = strcmp(wire_call_role(call), "web") == 0; // it knows who it asks for
    dre_job_fill(job, wire_call_arena(call), out);
    if (strcmp(wire_call_role(call), "admin") == 0 || (is_web && with_key)) {
        out->release_key = dre_call_text(wire_call_arena(call), str_of(job->release_key));
    }
}

void dre_call_answer_job(struct wire_call *call, const struct job *job)
{
    Quoin__V1__Job out;
    dre_call_fill_job(call, job, false, &out);
    wire_call_answer(call, &out.base);
}
