// intake: what Print-Job, Validate-Job, Create-Job and Send-Document say about a job and its
// document, checked (RFC 8011 4.2.1.1, PWG 5100.7 for job-mandatory-attributes).

#include "ippd/exchange_int.h"

static struct str op_text(const struct ippd_exchange *exchange, const char *name)
{
    return ipp_msg_text(&exchange->msg, IPP_TAG_OPERATION, name);
}

static uint32_t claim(const struct ippd_exchange *exchange, const char *name)
{
    int32_t count = ipp_msg_int(&exchange->msg, IPP_TAG_OPERATION, name, 0);
    return count > 0 ? (uint32_t)count : 0;
}

// Refuses one attribute of the operation group and shows it in the unsupported group.
static bool refuse_attr(struct ippd_exchange *exchange, enum ipp_status status, const char *name,
                        const char *text)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, status, str_of(text));
    const struct ipp_attr *attr =
        ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION, name, IPP_TAG_NONE);
    if (attr != NULL) {
        ipp_out_group(&out, IPP_TAG_UNSUPPORTED_GROUP);
        ipp_out_attr(&out, attr);
    }
    ippd_exchange_send(exchange, &out);
    return false;
}

static uint32_t format_bit(struct str mime)
{
    static const struct {
        const char *mime;
        enum ippd_format format;
    } rows[] = {
        { "application/pdf", IPPD_PDF },
        { "image/pwg-raster", IPPD_PWG_RASTER },
        { "image/jpeg", IPPD_JPEG },
        { "image/urf", IPPD_URF },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_eq(mime, str_of(rows[i].mime))) {
            return (uint32_t)rows[i].format;
        }
    }
    return 0;
}

static bool read_format(struct ippd_exchange *exchange)
{
    struct str format = op_text(exchange, "document-format");
    exchange->intake.format = format.len > 0 ? format : STR("application/octet-stream");
    bool any = str_eq(exchange->intake.format, STR("application/octet-stream"));
    if (any || (format_bit(exchange->intake.format) & exchange->queue.formats) != 0) {
        return true;
    }
    return refuse_attr(exchange, IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED, "document-format",
                       "Documents of this format cannot be counted here; send PDF.");
}

static bool read_compression(struct ippd_exchange *exchange)
{
    struct str compression = op_text(exchange, "compression");
    bool gzip = str_eq(compression, STR("gzip"));
    if (!gzip && !str_eq(compression, STR("deflate"))) {
        return compression.len == 0 || str_eq(compression, STR("none")) ||
               refuse_attr(exchange, IPP_STATUS_COMPRESSION_NOT_SUPPORTED, "compression",
                           "The compression must be none, gzip or deflate.");
    }
    if (exchange->intake.op != IPP_OP_VALIDATE_JOB && exchange->intake.op != IPP_OP_CREATE_JOB) {
        exchange->inflate = ippd_inflate_new(gzip);
    }
    return true;
}

static void write_unsupported(struct ippd_exchange *exchange, struct ipp_out *out)
{
    const struct ipp_attr *attr = exchange->checked.unsupported;
    if (attr != NULL) {
        ipp_out_group(out, IPP_TAG_UNSUPPORTED_GROUP);
    }
    for (; attr != NULL; attr = attr->next) {
        ipp_out_attr(out, attr);
    }
}

static bool refuse_ticket(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ipp_out out =
        ippd_exchange_begin(exchange, &buf, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
                            STR("The queue cannot print it as asked."));
    write_unsupported(exchange, &out);
    ippd_exchange_send(exchange, &out);
    return false;
}

// Is one of what was left out said to matter?
static bool is_mandatory(struct ippd_exchange *exchange)
{
    const struct ipp_attr *names = ipp_msg_find(&exchange->msg, IPP_TAG_OPERATION,
                                                "job-mandatory-attributes", IPP_TAG_KEYWORD);
    for (const struct ipp_attr *attr = exchange->checked.unsupported; attr != NULL && names != NULL;
         attr = attr->next) {
        char name[IPP_NAME_MAX + 1] = { 0 };
        memcpy(name, attr->name.ptr, attr->name.len); // a name is at most IPP_NAME_MAX long
        if (ipp_attr_has(names, name)) {
            return true;
        }
    }
    return false;
}

// Also of what is still to be looked at: a raster that is found then is not laid out.
static bool may_lay_out(struct str format)
{
    return ippd_ticket_lays_out(format) || str_eq(format, STR("application/octet-stream"));
}

static bool read_ticket(struct ippd_exchange *exchange)
{
    struct ipp_group *group = ipp_msg_group(&exchange->msg, IPP_TAG_JOB);
    struct ippd_queue queue = exchange->queue;
    struct err err;
    if (!may_lay_out(exchange->intake.format)) {
        queue.number_up = false;
        queue.page_ranges = false;
    }
    if (!ippd_ticket_check(group == NULL ? NULL : group->attrs, &queue, &exchange->arena,
                           &exchange->ticket, &exchange->checked, &err)) {
        ippd_exchange_reply(exchange, IPP_STATUS_REQUEST_ENTITY_TOO_LARGE, "%s.", err.text);
        return false;
    }
    exchange->intake.ticket = &exchange->ticket;
    if (exchange->checked.conflict) {
        ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST,
                            "A job names its paper by media or by media-col, not by both.");
        return false;
    }
    bool fidelity =
        ipp_msg_bool(&exchange->msg, IPP_TAG_OPERATION, "ipp-attribute-fidelity", false);
    bool refused = exchange->checked.unsupported != NULL && (fidelity || is_mandatory(exchange));
    return !refused || refuse_ticket(exchange);
}

bool ippd_intake_read(struct ippd_exchange *exchange)
{
    struct ippd_intake *intake = &exchange->intake;
    struct str name = op_text(exchange, "job-name");
    *intake = (struct ippd_intake){
        .op = (enum ipp_op)exchange->msg.code,
        .asker = &exchange->asker,
        .queue = exchange->queue_name,
        .document = op_text(exchange, "document-name"),
        .claimed_impressions = claim(exchange, "job-impressions"),
        .claimed_sheets = claim(exchange, "job-media-sheets"),
        .claimed_k_octets = claim(exchange, "job-k-octets"),
        .sent_as = exchange->asker.program.len > 0 && exchange->msg.code == IPP_OP_PRINT_JOB
                       ? op_text(exchange, "quoin-sent-as")
                       : STR(""),
    };
    intake->name = name.len > 0               ? name
                   : intake->document.len > 0 ? intake->document
                                              : STR("Untitled");
    if (!read_format(exchange) || !read_compression(exchange)) {
        return false;
    }
    bool job_too = exchange->msg.code != IPP_OP_SEND_DOCUMENT;
    if (job_too && !exchange->queue.accepting) {
        ippd_exchange_reply(exchange, IPP_STATUS_NOT_ACCEPTING_JOBS,
                            "The queue \"%.*s\" takes no jobs at present.",
                            (int)exchange->queue.name.len, exchange->queue.name.ptr);
        return false;
    }
    return !job_too || read_ticket(exchange);
}
