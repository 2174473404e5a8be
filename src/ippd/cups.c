// cups: CUPS-Get-Printers and CUPS-Get-Default: what lp, lpstat and their kin ask a server before
// they print to it, so that they need no cupsd of their own (lp -h HOST:8631 -d QUEUE).

#include "ippd/exchange_int.h"

struct listing {
    struct ippd_exchange *exchange;
    struct ipp_out *out;
    struct ippd_wanted wanted;
    int32_t left;
    int32_t count;
    bool write;
};

static bool list_one(void *arg, const struct ippd_queue *queue)
{
    struct listing *listing = arg;
    listing->count++;
    if (listing->write && listing->left > 0) {
        listing->left--;
        ipp_out_group(listing->out, IPP_TAG_PRINTER);
        ippd_attr_write_printer(listing->out, queue, &listing->exchange->place, &listing->wanted);
    }
    return buf_ok(listing->out->buf);
}

static void list_queues(struct ippd_exchange *exchange, struct listing *listing)
{
    const struct ippd_backend *backend = exchange->backend;
    if (backend->queue_list != NULL) {
        backend->queue_list(backend->context, list_one, listing);
    }
}

static struct listing listing_of(struct ippd_exchange *exchange, struct ipp_out *out)
{
    const struct ipp_msg *msg = &exchange->msg;
    const struct ipp_attr *asked =
        ipp_msg_find(msg, IPP_TAG_OPERATION, "requested-attributes", IPP_TAG_KEYWORD);
    int32_t limit = ipp_msg_int(msg, IPP_TAG_OPERATION, "limit", INT32_MAX);
    return (struct listing){ .exchange = exchange,
                             .out = out,
                             .wanted = ippd_wanted_of(asked),
                             .left = limit,
                             .write = true };
}

void ippd_cups_printers(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, IPP_STATUS_OK, STR(""));
    struct listing listing = listing_of(exchange, &out);
    list_queues(exchange, &listing);
    ippd_exchange_send(exchange, &out);
}

// A default only where there is no choice: nobody's money goes to a queue that was not named.
void ippd_cups_default(struct ippd_exchange *exchange)
{
    OWN(buf_free) struct buf buf = BUF_CAP(IPPD_ANSWER_MAX);
    struct ipp_out out = ippd_exchange_begin(exchange, &buf, IPP_STATUS_OK, STR(""));
    struct listing listing = listing_of(exchange, &out);
    listing.write = false;
    list_queues(exchange, &listing);
    if (listing.count != 1) {
        ippd_exchange_reply(exchange, IPP_STATUS_NOT_FOUND, "There is no default queue; name one.");
        return;
    }
    listing.write = true;
    list_queues(exchange, &listing);
    ippd_exchange_send(exchange, &out);
}
