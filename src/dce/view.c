// view: see view.h.

#include "dce/view.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/num.h"

#include <stdio.h>

// --- whose --------------------------------------------------------------------------------------

static bool is_in(char **list, size_t count, const char *word)
{
    for (size_t at = 0; at < count; at++) {
        if (strcmp(list[at], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_sent(const Quoin__V1__Proof *proof, const Quoin__V1__Job *job)
{
    for (size_t at = 0; at < job->n_sent_to; at++) {
        const char *to = job->sent_to[at];
        if (strncmp(to, "user:", 5) == 0 && strcmp(to + 5, proof->user) == 0) {
            return true;
        }
        if (strncmp(to, "group:", 6) == 0 && is_in(proof->groups, proof->n_groups, to + 6)) {
            return true;
        }
    }
    return false;
}

static bool is_over(const Quoin__V1__Proof *proof, size_t at, int64_t now)
{
    int64_t until = at < proof->n_delegator_until ? proof->delegator_until[at] : 0;
    return until != 0 && until <= now;
}

void dce_proof_trim(Quoin__V1__Proof *proof, int64_t now)
{
    size_t kept = 0;
    for (size_t at = 0; at < proof->n_delegators; at++) {
        if (!is_over(proof, at, now)) {
            int64_t until = at < proof->n_delegator_until ? proof->delegator_until[at] : 0;
            proof->delegators[kept] = proof->delegators[at];
            if (at < proof->n_delegator_until) {
                proof->delegator_until[kept] = until;
            }
            kept++;
        }
    }
    proof->n_delegators = kept;
    proof->n_delegator_until = proof->n_delegator_until < kept ? proof->n_delegator_until : kept;
}

bool dce_is_delegator(const Quoin__V1__Proof *proof, const char *user, int64_t now)
{
    for (size_t at = 0; at < proof->n_delegators; at++) {
        if (strcmp(proof->delegators[at], user) == 0 && !is_over(proof, at, now)) {
            return true;
        }
    }
    return false;
}

const char *dce_whose(const struct dce_seer *seer, const Quoin__V1__Job *job)
{
    const Quoin__V1__Proof *proof = seer->proof;
    if (proof == NULL) {
        return seer->release_key[0] != '\0' ? "release-key" : NULL;
    }
    if (job->unclaimed) {
        return "unclaimed";
    }
    if (strcmp(job->user, proof->user) == 0) {
        return "own";
    }
    if (is_sent(proof, job)) {
        return "sent";
    }
    return dce_is_delegator(proof, job->user, clk_wall_ms()) ? "delegator" : NULL;
}

bool dce_may(const char *whose, enum dce_act act)
{
    bool is_own = strcmp(whose, "own") == 0;
    bool has_key = strcmp(whose, "release-key") == 0;
    bool is_unclaimed = strcmp(whose, "unclaimed") == 0;
    switch (act) {
    case DCE_RELEASE: return !is_unclaimed;
    case DCE_CHANGE: return is_own || has_key || strcmp(whose, "delegator") == 0;
    case DCE_DELETE: return is_own || has_key;
    case DCE_SEND: return is_own;
    case DCE_CLAIM: return is_unclaimed;
    }
    return false;
}

// --- what is short ------------------------------------------------------------------------------

static bool number_read(const char **at, int64_t *number)
{
    size_t len = strcspn(*at, ";");
    bool good =
        (*at)[len] == ';' && num_i64((struct str){ *at, len }, INT64_MIN, INT64_MAX, number);
    *at += good ? len + 1 : 0;
    return good;
}

static bool unit_read(const char **at, char unit[static DCE_UNIT_MAX + 1])
{
    size_t len = strcspn(*at, ";");
    if (len == 0 || len > DCE_UNIT_MAX || (*at)[len] != ';') {
        return false;
    }
    memcpy(unit, *at, len);
    unit[len] = '\0';
    *at += len + 1;
    return true;
}

bool dce_short_read(const char *reason, struct dce_short *out)
{
    static const char *const kinds[] = { "account", "quota" };
    static const char mark[] = "short;";
    if (strncmp(reason, mark, sizeof(mark) - 1) != 0) {
        return false;
    }
    const char *at = reason + sizeof(mark) - 1;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i]);
        const char *rest = at + len + 1;
        if (strncmp(at, kinds[i], len) == 0 && at[len] == ';' && unit_read(&rest, out->unit) &&
            number_read(&rest, &out->need) && number_read(&rest, &out->have) && rest[0] != '\0') {
            out->what = kinds[i];
            out->name = rest;
            return true;
        }
    }
    return false;
}

// --- why not ------------------------------------------------------------------------------------

static const char *why_not_there(const struct dce_engine *engine, const char *printer,
                                 const Quoin__V1__Job *job)
{
    const char *wanted = printer[0] != '\0' ? printer : job->printer;
    const struct dce_printer *found = dce_printer_find(engine, wanted);
    const struct dce_printer *own = dce_printer_find(engine, job->printer);
    const char *group = job->pull_group[0] != '\0' ? job->pull_group
                        : own != NULL              ? own->pull_group
                                                   : "";
    if (found == NULL) {
        return printer[0] != '\0' ? "printer-elsewhere" : "no-such-printer";
    }
    if (strcmp(found->name, job->printer) != 0 &&
        (group[0] == '\0' || strcmp(found->pull_group, group) != 0)) {
        return "wrong-pull-group";
    }
    return strcmp(found->state, "stopped") == 0 ? "printer-stopped" : "";
}

static const char *why_not_yet(const Quoin__V1__Job *job)
{
    static const struct {
        const char *reason;
        const char *told;
    } known[] = {
        { "account-limit-reached", "money-short" },
        { "account-info-needed", "account-needed" },
        { "account-closed", "account-closed" },
        { "account-authorization-failed", "not-allowed" },
        { "job-held-for-review", "not-counted" },
        { "job-held-for-authorization", "accounting-away" },
        { "resources-are-not-ready", "no-such-printer" },
    };
    for (size_t at = 0; at < sizeof(known) / sizeof(known[0]); at++) {
        if (is_in(job->reasons, job->n_reasons, known[at].reason)) {
            return known[at].told;
        }
    }
    return "";
}

const char *dce_why_not(const struct dce_engine *engine, const char *printer,
                        const Quoin__V1__Job *job, const char *whose, bool is_final)
{
    if (strcmp(whose, "unclaimed") == 0) {
        return "unclaimed";
    }
    if (strcmp(job->state, "pending-held") != 0) {
        return "not-waiting";
    }
    const char *there = why_not_there(engine, printer, job);
    if (is_final) { // its engine asks the printer itself, which may be well again
        return strcmp(there, "printer-stopped") == 0 ? "" : there;
    }
    return there[0] != '\0' ? there : why_not_yet(job);
}

// --- shown --------------------------------------------------------------------------------------

void dce_held_fill(struct arena *arena, const struct dce_engine *engine,
                   const struct dce_seer *seer, const char *printer, Quoin__V1__Job *job,
                   Quoin__V1__HeldJob *out)
{
    static char none[] = "";
    const char *whose = dce_whose(seer, job);
    quoin__v1__held_job__init(out);
    out->ref = dce_message(arena, &quoin__v1__job_ref__descriptor, sizeof(*out->ref));
    if (out->ref == NULL) {
        return;
    }
    out->ref->engine = dce_text(arena, engine->name);
    out->ref->id = job->id;
    out->job = job;
    out->whose = dce_text(arena, whose == NULL ? "" : whose);
    out->why_not =
        dce_text(arena, dce_why_not(engine, printer, job, whose == NULL ? "" : whose, false));
    out->printable = out->why_not[0] == '\0';
    bool may = whose != NULL && dce_may(whose, DCE_CHANGE);
    out->can_color = may && (job->color_pages > 0 || strcmp(job->color_mode, "monochrome") == 0);
    out->can_two_sided = may && job->pages > 1;
    // At no device it is the person's own screen; what nobody proved to be theirs is not shown.
    bool is_shown = seer->device[0] == '\0' ? whose != NULL && strcmp(whose, "unclaimed") != 0
                                            : seer->shows_titles;
    if (!is_shown) {
        job->document = none;
    }
    // Its owner may hand the key on; a device's screen is for whoever stands there.
    if (whose == NULL || strcmp(whose, "own") != 0 || seer->device[0] != '\0') {
        job->release_key = none;
    }
}

// --- cursors ------------------------------------------------------------------------------------

bool dce_cursor_read(struct arena *arena, const char *text,
                     struct dce_cursor cursors[static DCE_ENGINES_MAX], size_t *count)
{
    *count = 0;
    while (*text != '\0') {
        const char *is = strchr(text, '=');
        const char *end = strchr(text, ';');
        end = end == NULL ? text + strlen(text) : end;
        int64_t after = 0;
        if (is == NULL || is > end || is == text || *count == DCE_ENGINES_MAX ||
            !num_i64((struct str){ is + 1, (size_t)(end - is - 1) }, 0, INT64_MAX, &after)) {
            return false;
        }
        char *name = arena_text(arena, (struct str){ text, (size_t)(is - text) });
        if (name == NULL) {
            return false;
        }
        cursors[(*count)++] = (struct dce_cursor){ name, after };
        text = *end == '\0' ? end : end + 1;
    }
    return true;
}

char *dce_cursor_write(struct arena *arena, const struct dce_cursor *cursors, size_t count)
{
    OWN(buf_free) struct buf text = BUF_CAP((DCE_NAME_MAX + 24) * DCE_ENGINES_MAX);
    for (size_t at = 0; at < count; at++) {
        buf_addf(&text, "%s%s=%lld", at == 0 ? "" : ";", cursors[at].name,
                 (long long)cursors[at].after);
    }
    return dce_text(arena, text.len == 0 ? "" : text.ptr);
}

struct dce_part *dce_oldest(struct dce_part *parts, size_t count)
{
    struct dce_part *oldest = NULL;
    for (size_t at = 0; at < count; at++) {
        struct dce_part *part = &parts[at];
        if (part->at < part->count &&
            (oldest == NULL ||
             part->jobs[part->at]->created_at < oldest->jobs[oldest->at]->created_at)) {
            oldest = part;
        }
    }
    return oldest;
}
