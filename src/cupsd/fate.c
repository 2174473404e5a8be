// fate: see fate.h. RFC 8011 5.3.7 (job-state), PWG 5100.16 (the account-… statuses and reasons).

#include "cupsd/fate.h"

#include "base/enc.h"
#include <stdio.h>

// Cut between characters.
static size_t fitting(struct str text, size_t most)
{
    size_t len = text.len < most ? text.len : most;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) {
        len--;
    }
    return len;
}

void cupsd_plain(struct buf *to, struct str text, size_t most)
{
    size_t before = to->len;
    buf_add(to, (struct str){ text.ptr, fitting(text, most) });
    if (buf_ok(to) && to->len > before) {
        enc_make_plain(to->ptr + before, to->len - before);
    }
}

void cupsd_say(struct buf *to, const char *what, struct str text)
{
    buf_addf(to, "%s: ", what);
    cupsd_plain(to, text, CUPSD_MESSAGE_MAX);
    buf_add(to, STR("\n"));
}

static void take_message(struct cupsd_fate *fate, struct str text)
{
    size_t len = fitting(text, CUPSD_MESSAGE_MAX);
    memcpy(fate->message, text.ptr, len);
    fate->message[len] = '\0';
    enc_make_plain(fate->message, len);
}

// Keywords only: they go on a line of their own.
static bool is_keyword(struct str word)
{
    for (size_t at = 0; at < word.len; at++) {
        char byte = word.ptr[at];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-')) {
            return false;
        }
    }
    return word.len > 0;
}

static void take_reasons(struct cupsd_fate *fate, const struct ipp_attr *reasons)
{
    size_t len = 0;
    const struct ipp_value *value = reasons == NULL ? NULL : reasons->values;
    for (; value != NULL; value = value->next) {
        if (value->tag != IPP_TAG_KEYWORD || !is_keyword(value->text) ||
            str_eq(value->text, STR("none")) || len + value->text.len + 2 > CUPSD_REASONS_MAX) {
            continue;
        }
        if (len > 0) {
            fate->reasons[len++] = ',';
        }
        memcpy(fate->reasons + len, value->text.ptr, value->text.len);
        len += value->text.len;
    }
    fate->reasons[len] = '\0';
}

static uint32_t count_of(const struct ipp_msg *answer, const char *name)
{
    int32_t count = ipp_msg_int(answer, IPP_TAG_JOB, name, 0);
    return count > 0 ? (uint32_t)count : 0;
}

static bool a_person_can_mend(const struct ipp_attr *reasons)
{
    return ipp_attr_has(reasons, "account-limit-reached") ||
           ipp_attr_has(reasons, "account-info-needed");
}

static struct cupsd_fate fate_of_state(const struct ipp_msg *answer)
{
    struct cupsd_fate fate = { .kind = CUPSD_FATE_GOES_ON };
    const struct ipp_attr *reasons =
        ipp_msg_find(answer, IPP_TAG_JOB, "job-state-reasons", IPP_TAG_NONE);
    fate.job = ipp_msg_int(answer, IPP_TAG_JOB, "job-id", 0);
    fate.printed = count_of(answer, "job-impressions-completed");
    fate.total = count_of(answer, "job-impressions");
    take_message(&fate, ipp_msg_text(answer, IPP_TAG_JOB, "job-state-message"));
    take_reasons(&fate, reasons);
    switch (ipp_msg_int(answer, IPP_TAG_JOB, "job-state", IPP_JOB_PENDING)) {
    case IPP_JOB_PENDING_HELD: fate.kind = CUPSD_FATE_HELD; break;
    case IPP_JOB_CANCELED: fate.kind = CUPSD_FATE_CANCELED; break;
    case IPP_JOB_COMPLETED: fate.kind = CUPSD_FATE_DONE; break;
    case IPP_JOB_ABORTED:
        fate.kind = a_person_can_mend(reasons) ? CUPSD_FATE_PERSON : CUPSD_FATE_REFUSED;
        break;
    default: break; // under way, or a state that we do not know
    }
    return fate;
}

static enum cupsd_fate_kind kind_of_status(uint16_t status)
{
    switch ((int)status) {
    case IPP_STATUS_ACCOUNT_INFO_NEEDED:
    case IPP_STATUS_ACCOUNT_LIMIT_REACHED: return CUPSD_FATE_PERSON;
    case IPP_STATUS_NOT_FOUND: return CUPSD_FATE_NO_QUEUE;
    case IPP_STATUS_GONE: return CUPSD_FATE_DONE;
    case IPP_STATUS_JOB_CANCELED: return CUPSD_FATE_CANCELED;
    case IPP_STATUS_TIMEOUT: return CUPSD_FATE_AGAIN;
    default: return status >= 0x0500 ? CUPSD_FATE_AGAIN : CUPSD_FATE_REFUSED;
    }
}

static const char *reason_of_status(uint16_t status)
{
    switch ((int)status) {
    case IPP_STATUS_ACCOUNT_INFO_NEEDED: return "account-info-needed";
    case IPP_STATUS_ACCOUNT_LIMIT_REACHED: return "account-limit-reached";
    case IPP_STATUS_ACCOUNT_CLOSED: return "account-closed";
    case IPP_STATUS_ACCOUNT_AUTHORIZATION_FAILED: return "account-authorization-failed";
    case IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED: return "unsupported-document-format";
    case IPP_STATUS_DOCUMENT_FORMAT_ERROR: return "document-format-error";
    case IPP_STATUS_DOCUMENT_PASSWORD_ERROR: return "document-password-error";
    default: return "";
    }
}

static struct cupsd_fate fate_of_refusal(const struct ipp_msg *answer)
{
    struct cupsd_fate fate = { .kind = kind_of_status(answer->code) };
    struct str said = ipp_msg_text(answer, IPP_TAG_OPERATION, "status-message");
    take_message(&fate, said.len > 0 ? said : str_of(ipp_status_name(answer->code)));
    (void)snprintf(fate.reasons, sizeof(fate.reasons), "%s", reason_of_status(answer->code));
    return fate;
}

struct cupsd_fate cupsd_fate_of_print(const struct ipp_msg *answer)
{
    return ipp_status_is_ok(answer->code) ? fate_of_state(answer) : fate_of_refusal(answer);
}

struct cupsd_fate cupsd_fate_of_job(const struct ipp_msg *answer)
{
    if (ipp_status_is_ok(answer->code)) {
        return fate_of_state(answer);
    }
    struct cupsd_fate fate = fate_of_refusal(answer);
    bool is_unknown = answer->code == IPP_STATUS_NOT_FOUND || answer->code == IPP_STATUS_GONE;
    fate.kind = is_unknown ? CUPSD_FATE_NO_JOB : CUPSD_FATE_AGAIN;
    return fate;
}
