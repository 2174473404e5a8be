// job: the attributes of a job; see attr.h. A bit an attribute, so that a list of ten thousand jobs
// looks at the names that were asked for once.

#include "ippd/attr.h"

#include "base/arena.h"
#include "base/buf.h"

enum { STATE_MESSAGE_MAX = 1023 }; // RFC 8011 5.1.2: text

struct face {
    struct ipp_out *out;
    const struct ippd_job *job;
    const struct ippd_place *place;
    const struct ippd_asker *asker;
};

typedef void write_attr(const struct face *face, const char *name);

static int32_t to_count(uint64_t count)
{
    return count > INT32_MAX ? INT32_MAX : (int32_t)count;
}

static int32_t to_seconds(int64_t ms)
{
    return ms <= 0 ? 0 : to_count((uint64_t)ms / 1000);
}

static void write_uri(const struct face *face, const char *name)
{
    ippd_attr_write_uri(face->out, name, face->place, face->place->tls, face->job->queue,
                        face->job->id);
}

static void write_id(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, face->job->id);
}

static void write_uuid(const struct face *face, const char *name)
{
    OWN(buf_free) struct buf buf = BUF_CAP(128);
    buf_addf(&buf, "urn:uuid:%.*s", (int)face->job->uuid.len, face->job->uuid.ptr);
    ipp_out_text(face->out, IPP_TAG_URI, name, buf_str(&buf));
}

static void write_printer_uri(const struct face *face, const char *name)
{
    ippd_attr_write_uri(face->out, name, face->place, face->place->tls, face->job->queue, 0);
}

static void write_name(const struct face *face, const char *name)
{
    ipp_out_text(face->out, IPP_TAG_NAME, name, face->job->name);
}

static void write_user(const struct face *face, const char *name)
{
    ipp_out_text(face->out, IPP_TAG_NAME, name, face->job->user);
}

static void write_state(const struct face *face, const char *name)
{
    ipp_out_enum(face->out, name, (int32_t)face->job->state);
}

static void write_reasons(const struct face *face, const char *name)
{
    uint64_t reasons = face->job->reasons;
    if (reasons == 0) {
        ipp_out_keyword(face->out, name, "none");
        return;
    }
    for (int bit = 0; bit < IPP_REASON_COUNT; bit++) {
        if ((reasons & IPP_REASON_BIT(bit)) != 0) {
            ipp_out_keyword(face->out, name, ipp_reason_name((enum ipp_reason)bit));
            name = NULL;
        }
    }
}

static void write_message(const struct face *face, const char *name)
{
    OWN(buf_free) struct buf text = BUF_CAP(STATE_MESSAGE_MAX);
    const struct ippd_job *job = face->job;
    bool is_told = job->told_to.len == 0 || str_eq(job->told_to, face->asker->address);
    struct str message = is_told ? job->message : job->told_others;
    buf_add(&text, message);
    if (face->job->notice.len > 0) {
        buf_addf(&text, "%s%.*s", text.len > 0 ? " " : "", (int)face->job->notice.len,
                 face->job->notice.ptr);
    }
    ipp_out_text(face->out, IPP_TAG_TEXT, name, buf_ok(&text) ? buf_str(&text) : message);
}

static void write_up_time(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_seconds(face->place->now));
}

static void write_documents(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_count(face->job->documents));
}

static void write_device(const struct face *face, const char *name)
{
    if (face->job->printer.len > 0) {
        ipp_out_text(face->out, IPP_TAG_NAME, name, face->job->printer);
    }
}

static void write_document_name(const struct face *face, const char *name)
{
    if (face->job->document.len > 0) {
        ipp_out_text(face->out, IPP_TAG_NAME, name, face->job->document);
    }
}

static void write_format(const struct face *face, const char *name)
{
    if (face->job->format.len > 0) {
        ipp_out_text(face->out, IPP_TAG_MIME, name, face->job->format);
    }
}

static void write_time(const struct face *face, const char *name, int64_t at)
{
    if (at == 0) {
        ipp_out_none(face->out, name, IPP_TAG_NO_VALUE);
    } else {
        ipp_out_int(face->out, name, to_seconds(at));
    }
}

static void write_date(const struct face *face, const char *name, int64_t at)
{
    if (at == 0) {
        ipp_out_none(face->out, name, IPP_TAG_NO_VALUE);
    } else {
        ipp_out_date(face->out, name, at);
    }
}

static void write_created(const struct face *face, const char *name)
{
    write_time(face, name, face->job->created_at);
}

static void write_processing(const struct face *face, const char *name)
{
    write_time(face, name, face->job->processing_at);
}

static void write_completed(const struct face *face, const char *name)
{
    write_time(face, name, face->job->completed_at);
}

static void write_created_date(const struct face *face, const char *name)
{
    write_date(face, name, face->job->created_at);
}

static void write_processing_date(const struct face *face, const char *name)
{
    write_date(face, name, face->job->processing_at);
}

static void write_completed_date(const struct face *face, const char *name)
{
    write_date(face, name, face->job->completed_at);
}

static void write_k_octets(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_count((face->job->bytes + 1023) / 1024));
}

// Counts that are not known are said to be unknown; never 0.
static void write_known(const struct face *face, const char *name, uint32_t count)
{
    if (face->job->counted) {
        ipp_out_int(face->out, name, to_count(count));
    } else {
        ipp_out_none(face->out, name, IPP_TAG_NO_VALUE);
    }
}

static void write_impressions(const struct face *face, const char *name)
{
    write_known(face, name, face->job->impressions);
}

static void write_sheets(const struct face *face, const char *name)
{
    write_known(face, name, face->job->sheets);
}

static void write_pages(const struct face *face, const char *name)
{
    write_known(face, name, face->job->pages);
}

static void write_impressions_done(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_count(face->job->impressions_completed));
}

static void write_sheets_done(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_count(face->job->sheets_completed));
}

static void write_charset(const struct face *face, const char *name)
{
    ipp_out_text(face->out, IPP_TAG_CHARSET, name, STR("utf-8"));
}

static void write_language(const struct face *face, const char *name)
{
    ipp_out_text(face->out, IPP_TAG_LANGUAGE, name, STR("en"));
}

// secret: not for a stranger's eyes.
static const struct {
    const char *name;
    bool secret;
    write_attr *write;
} rows[] = {
    { "job-id", false, write_id },
    { "job-uri", false, write_uri },
    { "job-state", false, write_state },
    { "job-state-reasons", false, write_reasons },
    { "job-state-message", true, write_message },
    { "job-uuid", false, write_uuid },
    { "job-printer-uri", false, write_printer_uri },
    { "job-name", true, write_name },
    { "job-originating-user-name", true, write_user },
    { "job-printer-up-time", false, write_up_time },
    { "number-of-documents", false, write_documents },
    { "output-device-assigned", false, write_device },
    { "document-name-supplied", true, write_document_name },
    { "document-format-supplied", false, write_format },
    { "time-at-creation", false, write_created },
    { "time-at-processing", false, write_processing },
    { "time-at-completed", false, write_completed },
    { "date-time-at-creation", false, write_created_date },
    { "date-time-at-processing", false, write_processing_date },
    { "date-time-at-completed", false, write_completed_date },
    { "job-k-octets", false, write_k_octets },
    { "job-impressions", false, write_impressions },
    { "job-impressions-completed", false, write_impressions_done },
    { "job-media-sheets", false, write_sheets },
    { "job-media-sheets-completed", false, write_sheets_done },
    { "job-pages", false, write_pages },
    { "attributes-charset", false, write_charset },
    { "attributes-natural-language", false, write_language },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]), BRIEF = 3, ANSWER = 0x1f };

_Static_assert(ROW_COUNT <= 64, "a mask of attributes has 64 bits");

struct ippd_wanted ippd_wanted_of(const struct ipp_attr *attr)
{
    struct ippd_wanted wanted = { .all = attr == NULL || ipp_attr_has(attr, "all"), .names = attr };
    wanted.description =
        ipp_attr_has(attr, "printer-description") || ipp_attr_has(attr, "job-description");
    wanted.template = ipp_attr_has(attr, "job-template");
    return wanted;
}

bool ippd_wanted_has(const struct ippd_wanted *wanted, const char *name, bool template)
{
    return wanted->all || (template ? wanted->template : wanted->description) ||
           ipp_attr_has(wanted->names, name);
}

void ippd_attr_write_uri(struct ipp_out *out, const char *name, const struct ippd_place *place,
                         bool tls, struct str queue, int32_t id)
{
    char uri[1024];
    char number[16];
    size_t len = 0;
    size_t digits = sizeof(number);
    for (int32_t rest = id; rest > 0; rest /= 10) {
        number[--digits] = (char)('0' + rest % 10);
    }
    struct str parts[] = {
        tls ? STR("ipps://") : STR("ipp://"),
        place->host,
        STR("/ipp/print/"),
        queue,
        place->secret.len > 0 ? STR("/u-") : STR(""),
        place->secret,
        id > 0 ? STR("/") : STR(""),
        { number + digits, sizeof(number) - digits },
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].len > sizeof(uri) - len) {
            out->fault = true;
            return;
        }
        memcpy(uri + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    ipp_out_text(out, IPP_TAG_URI, name, (struct str){ uri, len });
}

struct ippd_job_mask ippd_job_mask_of(const struct ippd_wanted *wanted)
{
    struct ippd_job_mask mask = { .wanted = wanted, .ticket = wanted->all || wanted->template };
    size_t ours = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (ippd_wanted_has(wanted, rows[i].name, false)) {
            mask.bits |= (uint64_t)1 << i;
        }
        ours += ipp_attr_has(wanted->names, rows[i].name) ? 1 : 0;
    }
    size_t asked = wanted->names == NULL ? 0 : wanted->names->count;
    mask.ticket = mask.ticket || asked > ours;
    return mask;
}

struct ippd_job_mask ippd_job_mask_brief(void)
{
    return (struct ippd_job_mask){ .bits = BRIEF };
}

struct ippd_job_mask ippd_job_mask_answer(void)
{
    return (struct ippd_job_mask){ .bits = ANSWER };
}

// A ticket that was stored by us; one that cannot be read shows nothing.
static void write_ticket(struct ipp_out *out, struct str attrs, const struct ippd_wanted *wanted)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_TICKET_MAX + 16);
    struct ipp_out whole = ipp_out_of(&buf);
    struct ipp_msg msg;
    struct err err;
    ipp_out_head(&whole, 2, 0, 0, 1);
    ipp_out_group(&whole, IPP_TAG_JOB);
    buf_add(&buf, attrs);
    ipp_out_end(&whole);
    if (!ipp_msg_decode(buf_str(&buf), &IPP_CAPS_REQUEST, &arena, &msg, &err)) {
        return;
    }
    for (const struct ipp_attr *attr = msg.groups->attrs; attr != NULL; attr = attr->next) {
        char name[IPP_NAME_MAX + 1] = { 0 };
        memcpy(name, attr->name.ptr, attr->name.len); // a name is at most IPP_NAME_MAX long
        if (ippd_wanted_has(wanted, name, true)) {
            ipp_out_attr(out, attr);
        }
    }
}

void ippd_attr_write_job(struct ipp_out *out, const struct ippd_job *job,
                         const struct ippd_place *place, const struct ippd_asker *asker,
                         const struct ippd_job_mask *mask)
{
    struct face face = { out, job, place, asker };
    bool private = mask->private;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((mask->bits >> i & 1) != 0 && !(private && rows[i].secret)) {
            rows[i].write(&face, rows[i].name);
        }
    }
    if (mask->ticket && !private && job->ticket.len > 0) {
        write_ticket(out, job->ticket, mask->wanted);
    }
}
