// request: the checks of RFC 8011 4.1 that every request has to pass, and its target.

#include "ippd/exchange_int.h"

#include "base/enc.h"
#include "base/num.h"
#include "http/head.h"

static bool refuse(struct ippd_exchange *exchange, enum ipp_status status, const char *text)
{
    ippd_exchange_reply(exchange, status, "%s", text);
    return false;
}

static bool version_is_known(const struct ipp_msg *msg)
{
    return (msg->major == 1 && msg->minor <= 1) || (msg->major == 2 && msg->minor <= 2);
}

// RFC 8011 5.1: what a string of this syntax may have, in bytes.
static size_t most_of(uint8_t tag)
{
    switch (tag) {
    case IPP_TAG_NAME:
    case IPP_TAG_NAME_LANG:
    case IPP_TAG_KEYWORD:
    case IPP_TAG_MIME: return 255;
    case IPP_TAG_CHARSET:
    case IPP_TAG_URI_SCHEME:
    case IPP_TAG_LANGUAGE: return 63;
    default: return 1023;
    }
}

static bool ends_with(struct str name, struct str end)
{
    return name.len >= end.len && memcmp(name.ptr + name.len - end.len, end.ptr, end.len) == 0;
}

// Text may have line ends; the others name things, and so does what is called a name and comes as
// text.
static bool is_fit(struct str attr, const struct ipp_value *value)
{
    bool is_text = value->tag == IPP_TAG_TEXT || value->tag == IPP_TAG_TEXT_LANG;
    bool is_name = ends_with(attr, STR("-name")) || ends_with(attr, STR("-id"));
    return is_text && !is_name ? enc_is_utf8(value->text) : enc_is_plain(value->text);
}

static bool attr_is_fit(struct ippd_exchange *exchange, const struct ipp_attr *attr);

static bool value_is_fit(struct ippd_exchange *exchange, const struct ipp_attr *attr,
                         const struct ipp_value *value)
{
    if (value->tag == IPP_TAG_COLLECTION) {
        bool fit = true;
        for (const struct ipp_attr *member = value->members; fit && member != NULL;
             member = member->next) {
            fit = attr_is_fit(exchange, member); // as deep as the decoder let it be
        }
        return fit;
    }
    bool is_text = ipp_tag_is_text(value->tag);
    if ((is_text || value->tag == IPP_TAG_OCTETS) && value->text.len > most_of(value->tag)) {
        ippd_exchange_reply(exchange, IPP_STATUS_REQUEST_VALUE_TOO_LONG,
                            "\"%.*s\" has %zu bytes, over %zu.", (int)attr->name.len,
                            attr->name.ptr, value->text.len, most_of(value->tag));
        return false;
    }
    if (is_text && !is_fit(attr->name, value)) {
        ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST,
                            "\"%.*s\" is not UTF-8, or has control characters.",
                            (int)attr->name.len, attr->name.ptr);
        return false;
    }
    return true;
}

static bool attr_is_fit(struct ippd_exchange *exchange, const struct ipp_attr *attr)
{
    if (!enc_is_plain(attr->name)) {
        return refuse(exchange, IPP_STATUS_BAD_REQUEST, "An attribute's name is not plain text.");
    }
    for (const struct ipp_value *value = attr->values; value != NULL; value = value->next) {
        if (!value_is_fit(exchange, attr, value)) {
            return false;
        }
    }
    return true;
}

// RFC 8011 4.1.3: an attribute may stand once in a group. The caps keep the two loops short.
static bool group_is_fit(struct ippd_exchange *exchange, const struct ipp_group *group)
{
    for (const struct ipp_attr *attr = group->attrs; attr != NULL; attr = attr->next) {
        if (!attr_is_fit(exchange, attr)) {
            return false;
        }
        for (const struct ipp_attr *other = attr->next; other != NULL; other = other->next) {
            if (str_eq(attr->name, other->name)) {
                ippd_exchange_reply(exchange, IPP_STATUS_BAD_REQUEST,
                                    "\"%.*s\" stands twice in the request.", (int)attr->name.len,
                                    attr->name.ptr);
                return false;
            }
        }
    }
    return true;
}

// RFC 8011 4.1.4: the first two are the charset and the language, in this order.
static bool opening_is_fit(struct ippd_exchange *exchange)
{
    const struct ipp_group *group = exchange->msg.groups;
    const struct ipp_attr *first = group == NULL ? NULL : group->attrs;
    const struct ipp_attr *second = first == NULL ? NULL : first->next;
    if (second == NULL || group->tag != IPP_TAG_OPERATION ||
        !str_eq(first->name, STR("attributes-charset")) || first->values->tag != IPP_TAG_CHARSET ||
        !str_eq(second->name, STR("attributes-natural-language")) ||
        second->values->tag != IPP_TAG_LANGUAGE) {
        return refuse(exchange, IPP_STATUS_BAD_REQUEST,
                      "A request begins with attributes-charset and attributes-natural-language.");
    }
    struct str charset = first->values->text;
    if (!str_eq(charset, STR("utf-8")) && !str_eq(charset, STR("us-ascii")) &&
        !str_eq(charset, STR("UTF-8")) && !str_eq(charset, STR("US-ASCII"))) {
        return refuse(exchange, IPP_STATUS_CHARSET_NOT_SUPPORTED,
                      "The charset must be utf-8 or us-ascii.");
    }
    return true;
}

static void asker_read(struct ippd_exchange *exchange)
{
    struct ippd_asker *asker = &exchange->asker;
    asker->claimed = ipp_msg_text(&exchange->msg, IPP_TAG_OPERATION, "requesting-user-name");
    asker->agent = exchange->vouch == IPPD_VOUCH_AGENT;
    if (!asker->authenticated) {
        asker->authenticated = exchange->vouch == IPPD_VOUCH_DOOR && asker->claimed.len > 0;
        asker->user = asker->claimed.len > 0 ? asker->claimed : STR("anonymous");
    }
}

bool ippd_request_check(struct ippd_exchange *exchange)
{
    const struct ipp_msg *msg = &exchange->msg;
    if (!version_is_known(msg)) {
        ippd_exchange_reply(exchange, IPP_STATUS_VERSION_NOT_SUPPORTED,
                            "IPP %u.%u is not spoken here; 1.1 and 2.0 are.", msg->major,
                            msg->minor);
        return false;
    }
    if (msg->request_id == 0 || msg->request_id > INT32_MAX) {
        return refuse(exchange, IPP_STATUS_BAD_REQUEST, "The request-id must be above 0.");
    }
    if (!opening_is_fit(exchange)) {
        return false;
    }
    for (const struct ipp_group *group = msg->groups; group != NULL; group = group->next) {
        if (!group_is_fit(exchange, group)) {
            return false;
        }
    }
    asker_read(exchange);
    return true;
}

static bool starts_with(struct str text, struct str start)
{
    return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

static struct str after(struct str text, size_t len)
{
    return (struct str){ text.ptr + len, text.len - len };
}

// What stands behind the host: "/" when nothing does. False: not an address of a scheme of ours.
static bool path_of(struct str uri, struct str *path)
{
    static const struct str schemes[] = {
        { "ipp://", 6 }, { "ipps://", 7 }, { "http://", 7 }, { "https://", 8 }
    };
    struct str rest = { "", 0 };
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (starts_with(uri, schemes[i])) {
            rest = after(uri, schemes[i].len);
        }
    }
    const char *slash = memchr(rest.ptr, '/', rest.len);
    *path = slash == NULL ? STR("/") : after(rest, (size_t)(slash - rest.ptr));
    return rest.len > 0;
}

static bool read_id(struct str digits, int32_t *id)
{
    uint64_t number = 0;
    if (!num_u64(digits, INT32_MAX, &number) || number == 0) {
        return false;
    }
    *id = (int32_t)number;
    return true;
}

// Up to the next slash, and what stands behind it; *more: there was one.
static struct str step(struct str *rest, bool *more)
{
    const char *slash = rest->len == 0 ? NULL : memchr(rest->ptr, '/', rest->len);
    size_t len = slash == NULL ? rest->len : (size_t)(slash - rest->ptr);
    struct str first = { rest->ptr, len };
    *more = slash != NULL;
    *rest = after(*rest, *more ? len + 1 : len);
    return first;
}

bool ippd_request_place(struct str rest, struct ippd_target *target)
{
    bool more = false;
    *target = (struct ippd_target){ .queue = step(&rest, &more), .secret = STR("") };
    if (more && starts_with(rest, STR("u-"))) {
        target->secret = after(step(&rest, &more), 2);
        if (target->secret.len == 0) {
            return false;
        }
    }
    return target->queue.len > 0 && (!more || read_id(rest, &target->id));
}

bool ippd_request_uri(struct str uri, struct ippd_target *target)
{
    static const struct str starts[] = { { "/ipp/print/", 11 }, { "/printers/", 10 } };
    struct str path = { "", 0 };
    *target = (struct ippd_target){ .queue = STR(""), .secret = STR("") };
    if (!path_of(uri, &path)) {
        return false;
    }
    if (starts_with(path, STR("/jobs/"))) {
        return read_id(after(path, 6), &target->id);
    }
    for (size_t i = 0; i < 2; i++) {
        if (starts_with(path, starts[i])) {
            return ippd_request_place(after(path, starts[i].len), target);
        }
    }
    return str_eq(path, STR("/"));
}

// A job of somebody else is not there for who asks at an address of their own.
static bool job_is_shown(const struct ippd_exchange *exchange, struct str queue)
{
    const struct ippd_job *job = &exchange->job;
    return (queue.len == 0 || str_eq(job->queue, queue)) &&
           (!exchange->asker.own || http_word_eq(job->user, exchange->asker.user));
}

// The job, in the queue that was named or, with the addresses of CUPS, in its own.
static bool target_job(struct ippd_exchange *exchange, const struct ippd_target *target, bool lost)
{
    const struct ippd_backend *backend = exchange->backend;
    int32_t id = target->id;
    if (id == 0) {
        id = ipp_msg_int(&exchange->msg, IPP_TAG_OPERATION, "job-id", 0);
    }
    if (id <= 0) {
        return refuse(exchange, IPP_STATUS_BAD_REQUEST, "The request names no job.");
    }
    if (lost || !backend->job_find(backend->context, id, &exchange->job) ||
        !job_is_shown(exchange, target->queue)) {
        ippd_exchange_reply(exchange, IPP_STATUS_NOT_FOUND, "There is no job %d here.", (int)id);
        return false;
    }
    return true;
}

static bool target_queue(struct ippd_exchange *exchange, struct str queue, bool lost)
{
    const struct ippd_backend *backend = exchange->backend;
    if (lost || !backend->queue_find(backend->context, queue, &exchange->queue)) {
        ippd_exchange_reply(exchange, IPP_STATUS_NOT_FOUND, "There is no queue \"%.*s\".",
                            (int)queue.len, queue.ptr);
        return false;
    }
    exchange->queue_name = arena_copy(&exchange->arena, exchange->queue.name);
    return true;
}

// Who asks at a person's own address is that person, whatever else they say. False: it is nobody's,
// and what was asked for is not there.
static bool asker_is_own(struct ippd_exchange *exchange, const struct ippd_target *target)
{
    const struct ippd_backend *backend = exchange->backend;
    struct ippd_asker *asker = &exchange->asker;
    struct ippd_own own = { target->queue, target->secret, asker->address };
    struct str user = { "", 0 };
    if (target->secret.len == 0) {
        return true;
    }
    if (backend->own_find == NULL || !backend->own_find(backend->context, &own, &user)) {
        return false;
    }
    asker->user = arena_copy(&exchange->arena, user);
    asker->own = true;
    asker->authenticated = false;
    asker->agent = false;
    asker->admin = false;
    exchange->place.secret = arena_copy(&exchange->arena, target->secret);
    return true;
}

bool ippd_request_target(struct ippd_exchange *exchange, enum ippd_needs needs)
{
    bool needs_job = needs == IPPD_NEEDS_JOB;
    struct str uri = ipp_msg_text(&exchange->msg, IPP_TAG_OPERATION, "printer-uri");
    struct str job_uri = ipp_msg_text(&exchange->msg, IPP_TAG_OPERATION, "job-uri");
    bool by_job = needs_job && uri.len == 0 && job_uri.len > 0;
    struct ippd_target target;
    if (needs == IPPD_NEEDS_NOTHING) {
        return true;
    }
    if (uri.len == 0 && !by_job) {
        return refuse(exchange, IPP_STATUS_BAD_REQUEST, "The request names no printer-uri.");
    }
    if (!ippd_request_uri(by_job ? job_uri : uri, &target) || (by_job && target.id == 0)) {
        return refuse(exchange, IPP_STATUS_NOT_FOUND,
                      "There is no such printer; addresses end in /ipp/print/NAME.");
    }
    // The clients of CUPS join the values of printer-uri-supported to one address: give them one.
    if (memmem(uri.ptr, uri.len, "/printers/", 10) != NULL || target.queue.len == 0) {
        exchange->place.tls_offered = false;
    }
    if (target.queue.len == 0 && needs == IPPD_NEEDS_QUEUES) {
        return true; // of all queues
    }
    bool lost = !asker_is_own(exchange, &target);
    return needs_job ? target_job(exchange, &target, lost) &&
                           target_queue(exchange, exchange->job.queue, false)
                     : target_queue(exchange, target.queue, lost);
}
