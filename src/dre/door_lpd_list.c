// door_lpd_list: what LPD tells of a queue, and how it removes jobs (RFC 1179 5.3 to 5.5). Nobody
// has proven who asks: a title is told only to the address that the job came from, and a job is
// removed only for that address and the name that it came under. Jobs that were proven are nobody's
// here.
//
// no unit test: needs the whole engine; tests/it/test_doors.py asks it.

#include "base/num.h"
#include "dre/door_lpd_int.h"
#include "dre/dre_int.h"
#include <inttypes.h>
#include <stdio.h>

enum { LPD_LIST_MAX = 1000, LPD_LIST_BYTES_MAX = 1 << 20 };

static bool is_from(const struct job *job, const struct net_stream *stream)
{
    struct job_text text = dre_table_job_text(job);
    return dre_trust_of(text.identity) < TRUST_ADDRESS && job->from[0] != '\0' &&
           str_eq(str_of(job->from), net_stream_peer(stream));
}

// The next word of a list with blanks between; empty: there is none.
static struct str next_word(struct str *list)
{
    while (list->len > 0 && list->ptr[0] == ' ') {
        *list = (struct str){ list->ptr + 1, list->len - 1 };
    }
    size_t len = 0;
    while (len < list->len && list->ptr[len] != ' ') {
        len++;
    }
    struct str word = { list->ptr, len };
    *list = (struct str){ list->ptr + len, list->len - len };
    return word;
}

static bool is_named(const struct job *job, struct str word)
{
    char name[IPPD_NAME_MAX + 1];
    uint64_t id = 0;
    if (num_u64(word, UINT32_MAX, &id)) {
        return id == job->id;
    }
    return str_eq(dre_table_owner_name(word, name, sizeof(name)), str_of(job->owner->name));
}

// An empty list names every job.
static bool is_listed(const struct job *job, struct str list)
{
    struct str word = next_word(&list);
    bool is_all = word.len == 0;
    for (; word.len > 0; word = next_word(&list)) {
        if (is_named(job, word)) {
            return true;
        }
    }
    return is_all;
}

static void rank_of(const struct job *job, uint32_t number, char text[static 16])
{
    static const char *const ends[] = { "th", "st", "nd", "rd" };
    bool is_now = job->core.state == JOB_SENDING || job->core.state == JOB_PRINTING;
    bool is_teen = number % 100 >= 11 && number % 100 <= 13;
    unsigned end = is_teen || number % 10 > 3 ? 0 : number % 10;
    if (is_now) {
        (void)snprintf(text, 16, "active");
    } else if (job->core.state == JOB_HELD) {
        (void)snprintf(text, 16, "held");
    } else {
        (void)snprintf(text, 16, "%" PRIu32 "%s", number, ends[end]);
    }
}

static void add_line(struct buf *text, const struct job *job, bool is_long, uint32_t number,
                     const struct net_stream *stream)
{
    char rank[16];
    struct str name = is_from(job, stream) ? dre_table_job_text(job).name : STR("(not shown)");
    rank_of(job, number, rank);
    if (is_long) {
        bool has_key = job->key_told != NULL && job->core.state == JOB_HELD;
        struct str why = has_key && !is_from(job, stream)
                             ? str_of(dre_job_reason_sentence(JOB_REASON_GUEST))
                             : dre_job_message(job);
        buf_addf(text, "\n%s: %-30s [job %" PRIu32 " %s]\n", job->owner->name, rank, job->id,
                 job->from);
        buf_addf(text, "        %-40.*s %" PRIu64 " bytes\n", (int)name.len, name.ptr, job->bytes);
        buf_addf(text, "        %.*s\n", (int)why.len, why.ptr);
        return;
    }
    buf_addf(text, "%-7s %-10s %-6" PRIu32 " %-37.*s %" PRIu64 " bytes\n", rank, job->owner->name,
             job->id, (int)name.len, name.ptr, job->bytes);
}

void dre_lpd_state(struct dre *dre, const struct queue *queue, const struct lpd_request *request,
                   struct net_stream *stream)
{
    OWN(buf_free) struct buf text = BUF_CAP(LPD_LIST_BYTES_MAX);
    OWN(buf_free) struct buf jobs = BUF_CAP(LPD_LIST_BYTES_MAX);
    const struct printer *printer = queue->printer;
    bool is_long = request->command == LPD_STATE_LONG;
    uint32_t count = 0;
    uint32_t number = 0;
    (void)dre; // whose queue it is
    for (const struct job *job = queue->open.first; job != NULL && count < LPD_LIST_MAX;
         job = job->link[TABLE_BY_QUEUE].next) {
        bool waits = job->core.state != JOB_HELD && job->core.state != JOB_SENDING &&
                     job->core.state != JOB_PRINTING;
        number += waits;
        if (is_listed(job, request->list)) {
            count++;
            add_line(&jobs, job, is_long, number, stream);
        }
    }
    buf_addf(&text, "%s is %s%s%s\n", queue->name,
             queue->paused                                        ? "paused"
             : strcmp(dre_printer_state(printer), "stopped") == 0 ? "ready, its printer is not: "
                                                                  : "ready",
             !queue->paused && strcmp(dre_printer_state(printer), "stopped") == 0
                 ? dre_printer_message(printer)
                 : "",
             !queue->paused && count > 0 ? " and printing" : "");
    if (count == 0) {
        buf_add(&text, STR("no entries\n"));
    } else if (!is_long) {
        buf_addf(&text, "%-7s %-10s %-6s %-37s %s\n", "Rank", "Owner", "Job", "File(s)",
                 "Total Size");
    }
    buf_add(&text, buf_str(&jobs));
    net_stream_write(stream, buf_ok(&text) && buf_ok(&jobs)
                                 ? buf_str(&text)
                                 : STR("The list is too long for one answer.\n"));
}

void dre_lpd_remove(struct dre *dre, const struct queue *queue, const struct lpd_request *request,
                    struct net_stream *stream)
{
    char name[IPPD_NAME_MAX + 1];
    struct str agent = dre_table_owner_name(request->agent, name, sizeof(name));
    struct job *next = NULL;
    OWN(buf_free) struct buf text = BUF_CAP(LPD_LIST_BYTES_MAX);
    for (struct job *job = queue->open.first; job != NULL; job = next) {
        next = job->link[TABLE_BY_QUEUE].next;
        bool is_own = is_from(job, stream) && str_eq(agent, str_of(job->owner->name));
        bool is_meant = request->list.len > 0 && is_listed(job, request->list);
        if (request->list.len == 0) { // RFC 1179 5.5: the one that prints, if it is the asker's
            is_meant = is_own && (job->core.state == JOB_SENDING || job->core.state == JOB_READY ||
                                  job->core.state == JOB_PRINTING);
        }
        if (!is_meant) {
            continue;
        }
        uint32_t id = job->id;
        if (!is_own || !dre_job_may_cancel(&job->core)) {
            buf_addf(&text, "job %" PRIu32 ": %s\n", id,
                     is_own ? "it is past that" : "permission denied");
            continue;
        }
        dre_event_reason(dre, job, JOB_CANCEL, JOB_REASON_CANCELED);
        buf_addf(&text, "job %" PRIu32 " dequeued\n", id);
        if (request->list.len == 0) {
            break;
        }
    }
    net_stream_write(stream, buf_str(&text));
}
