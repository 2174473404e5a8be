// charging: what a job costs, setting it aside, and settling what came out. The price list that was
// in force when it was set aside prices the settlement too.

#include "base/clk.h"
#include "cas/cas_int.h"

#define CHARGING_DAY_MS ((int64_t)24 * 3600 * 1000)
enum { CHARGING_LAPSE_DAYS_MOST = 400 };

static const char *const charging_limit_reached[] = { "account-limit-reached", NULL };
static const char *const charging_unknown_user[] = { "account-authorization-failed", NULL };
static const char *const charging_no_user[] = { "account-info-needed", NULL };

static bool charging_classes(Quoin__V1__PageClass *const *asked, size_t count,
                             struct page_class classes[PAGE_CLASS_MAX], struct err *err)
{
    if (count > PAGE_CLASS_MAX) {
        return err_set(err, ERR_INVALID, "there are %d classes of pages, not %zu", PAGE_CLASS_MAX,
                       count);
    }
    for (size_t i = 0; i < count; i++) {
        if (asked[i]->size >= PAGE_SIZE_COUNT) {
            return err_set(err, ERR_INVALID, "%u is no size of pages", asked[i]->size);
        }
        classes[i] = (struct page_class){ .size = (enum page_size)asked[i]->size,
                                          .color = asked[i]->color != 0,
                                          .blank = asked[i]->blank != 0,
                                          .two_sided = asked[i]->two_sided != 0,
                                          .pages = asked[i]->pages,
                                          .sheets = asked[i]->sheets };
    }
    return true;
}

struct charging_price {
    uint32_t version;
    struct money total;
    Quoin__V1__PriceLine **lines; // in the arena
    size_t line_count;
};

static bool charging_price(struct cas *cas, struct cas_turn *turn, uint32_t version,
                           Quoin__V1__PageClass *const *asked, size_t count,
                           struct charging_price *price, struct err *err)
{
    struct page_class classes[PAGE_CLASS_MAX];
    struct cas_prices prices;
    struct price_quote quote;
    bool found;
    if (!charging_classes(asked, count, classes, err) ||
        !cas_store_prices(cas, version, turn->arena, &prices, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_INTERNAL, "price list %u is gone", version);
    }
    if (!price_job(&prices.list, classes, count, &quote, err)) {
        return false;
    }
    *price = (struct charging_price){ .version = prices.version,
                                      .total = quote.total,
                                      .line_count = quote.line_count };
    price->lines = arena_new_array(turn->arena, quote.line_count, sizeof(*price->lines));
    for (size_t i = 0; i < quote.line_count; i++) {
        Quoin__V1__PriceLine *line = cas_message(turn->arena, &quoin__v1__price_line__descriptor);
        line->what = cas_text(turn->arena, str_of(quote.lines[i].what));
        line->rule = cas_text(turn->arena, str_of(quote.lines[i].rule));
        line->quantity = quote.lines[i].quantity;
        line->each = quote.lines[i].each.units;
        line->amount = quote.lines[i].amount.units;
        price->lines[i] = line;
    }
    return true;
}

// The account of whoever prints. A refusal carries the reason that IPP has for it.
static bool charging_user(struct cas *cas, struct cas_turn *turn, const char *user,
                          struct ledger_account *account, struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    bool found;
    if (user[0] == '\0') {
        turn->reasons = charging_no_user;
        return err_set(err, ERR_DENIED,
                       "this job does not say whose it is; sign in and send it again");
    }
    if (!cas_name_fold(str_of(user), folded, err)) {
        turn->reasons = charging_unknown_user;
        return false;
    }
    const char *name = cas_account(turn->arena, folded);
    if (!ledger_account_find(cas->ledger, str_of(name), account, &found, err)) {
        return false;
    }
    if (!found) {
        turn->reasons = charging_unknown_user;
        return err_set(err, ERR_NOT_FOUND,
                       "no user \"%s\" is known here; ask the administrator for an account",
                       folded);
    }
    return true;
}

CAS_CORE(cas_charge_quote)
{
    const Quoin__V1__QuoteRequest *quote = (const Quoin__V1__QuoteRequest *)ask;
    struct ledger_account account;
    struct charging_price price;
    if (!charging_user(cas, turn, quote->user, &account, err) ||
        !charging_price(cas, turn, 0, quote->classes, quote->n_classes, &price, err)) {
        return false;
    }
    Quoin__V1__QuoteReply *made = cas_message(turn->arena, &quoin__v1__quote_reply__descriptor);
    made->amount = price.total.units;
    made->lines = price.lines;
    made->n_lines = price.line_count;
    made->price_version = price.version;
    made->available = ledger_available(&account.state).units;
    made->enough = made->available >= made->amount;
    *reply = &made->base;
    return true;
}

// ---- reserve -----------------------------------------------------------------------------------

static const ProtobufCMessage *charging_reservation(struct arena *arena, const uint8_t *id,
                                                    const struct ledger_receipt *entry,
                                                    const struct charging_price *price)
{
    Quoin__V1__Reservation *made = cas_message(arena, &quoin__v1__reservation__descriptor);
    made->id.len = sizeof(struct ledger_key);
    made->id.data = (uint8_t *)cas_text(arena, (struct str){ (const char *)id, made->id.len });
    made->amount = entry->amount.units;
    made->lines = price->lines;
    made->n_lines = price->line_count;
    made->price_version = price->version;
    made->balance = entry->debit_after.balance.units;
    made->reserved = entry->debit_after.reserved.units - entry->amount.units;
    made->overdraft = entry->debit_after.overdraft.units;
    made->at = entry->at;
    made->head = cas_head(arena, entry->sequence, entry->hash);
    return &made->base;
}

static struct ledger_receipt charging_receipt_of(const struct ledger_entry *entry)
{
    struct ledger_receipt receipt = { .sequence = entry->sequence,
                                      .at = entry->at,
                                      .amount = entry->amount,
                                      .debit_after = entry->debit_after };
    memcpy(receipt.hash, entry->hash, sizeof(receipt.hash));
    return receipt;
}

static struct charging_price charging_price_of(const Quoin__V1__Receipt *receipt)
{
    return (struct charging_price){ .version = receipt->price_version,
                                    .lines = receipt->lines,
                                    .line_count = receipt->n_lines };
}

static bool charging_lapses_at(const Quoin__V1__ReserveRequest *ask, int64_t now, int64_t *at,
                               struct err *err)
{
    if (ask->lapses_at == 0) {
        *at = now + CAS_LAPSE_DAYS * CHARGING_DAY_MS;
        return true;
    }
    *at = ask->lapses_at;
    return (*at > now && *at <= now + CHARGING_LAPSE_DAYS_MOST * CHARGING_DAY_MS) ||
           err_set(err, ERR_INVALID, "a reservation lapses between now and %d days ahead",
                   CHARGING_LAPSE_DAYS_MOST);
}

static bool charging_set_aside(struct cas *cas, struct cas_turn *turn,
                               const Quoin__V1__ReserveRequest *ask,
                               const struct charging_price *price, struct ledger_receipt *receipt,
                               struct err *err)
{
    struct ledger_account account;
    const char *why = arena_textf(turn->arena, "job %.200s on %.100s", ask->job, ask->queue);
    struct ledger_ask change = {
        .key = cas_key(ask->key),
        .credit = STR("income:print"),
        .amount = price->total,
        .why = str_of(why),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Reserve", &ask->base, price->lines, price->line_count,
                              price->version),
        .at = turn->now,
    };
    if (!charging_lapses_at(ask, turn->now, &change.lapses_at, err) ||
        !charging_user(cas, turn, ask->user, &account, err)) {
        return false;
    }
    change.debit = str_of(account.name);
    if (!ledger_reserve(cas->ledger, &change, receipt, err)) {
        turn->reasons = err->code == ERR_LIMIT ? charging_limit_reached : NULL;
        return false;
    }
    return true;
}

CAS_CORE(cas_charge_reserve)
{
    Quoin__V1__ReserveRequest request = *(const Quoin__V1__ReserveRequest *)ask;
    struct charging_price price;
    struct ledger_receipt receipt;
    struct ledger_entry entry;
    Quoin__V1__Receipt *first;
    char nameless[] = "";
    bool found;
    request.document = nameless; // what is in the ledger can never be forgotten
    if (!cas_repeat(cas, turn, "Reserve", &request.base, request.key, &entry, &first, &found,
                    err)) {
        return false;
    }
    if (found) {
        price = charging_price_of(first);
        receipt = charging_receipt_of(&entry);
    } else if (!charging_price(cas, turn, 0, request.classes, request.n_classes, &price, err) ||
               !charging_set_aside(cas, turn, &request, &price, &receipt, err)) {
        return false;
    }
    *reply = charging_reservation(turn->arena, request.key.data, &receipt, &price);
    return true;
}

// ---- settle and void ---------------------------------------------------------------------------

static const ProtobufCMessage *charging_settlement(struct arena *arena,
                                                   const struct ledger_receipt *entry,
                                                   struct money charged, struct money reserved,
                                                   const struct charging_price *price)
{
    Quoin__V1__Settlement *made = cas_message(arena, &quoin__v1__settlement__descriptor);
    made->charged = charged.units;
    made->given_back = reserved.units - charged.units;
    made->lines = price->lines;
    made->n_lines = price->line_count;
    made->balance = entry->debit_after.balance.units;
    made->reserved = entry->debit_after.reserved.units;
    made->at = entry->at;
    made->head = cas_head(arena, entry->sequence, entry->hash);
    return &made->base;
}

// The pending entry behind a reservation's id, and the price list that it was made by.
static bool charging_pending(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData id,
                             struct ledger_entry *pending, uint32_t *version, struct err *err)
{
    ProtobufCMessage *message;
    bool found = false;
    if (id.len == sizeof(struct ledger_key)) {
        struct ledger_key key = cas_key(id);
        if (!ledger_entry_find(cas->ledger, &key, turn->arena, pending, &found, err)) {
            return false;
        }
    }
    if (!found || pending->kind != LEDGER_PENDING) {
        return err_set(err, ERR_NOT_FOUND, "there is no such reservation");
    }
    if (!cas_unpack(turn->arena, &quoin__v1__receipt__descriptor, pending->detail, &message, err)) {
        return false;
    }
    *version = ((const Quoin__V1__Receipt *)message)->price_version;
    return true;
}

CAS_CORE(cas_charge_settle)
{
    const Quoin__V1__SettleRequest *settle = (const Quoin__V1__SettleRequest *)ask;
    struct ledger_entry pending;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    struct charging_price price;
    Quoin__V1__Receipt *first;
    uint32_t version;
    bool found;
    if (!charging_pending(cas, turn, settle->reservation, &pending, &version, err) ||
        !cas_repeat(cas, turn, "Settle", ask, settle->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        price = charging_price_of(first);
        receipt = charging_receipt_of(&entry);
        *reply = charging_settlement(turn->arena, &receipt, entry.amount, pending.amount, &price);
        return true;
    }
    if (!charging_price(cas, turn, version, settle->classes, settle->n_classes, &price, err)) {
        return false;
    }
    const struct ledger_ask change = {
        .key = cas_key(settle->key),
        .reservation = cas_key(settle->reservation),
        .amount = price.total,
        .why = str_of(settle->evidence),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Settle", ask, price.lines, price.line_count, version),
        .at = turn->now,
    };
    if (!ledger_post(cas->ledger, &change, &receipt, err)) {
        return false;
    }
    *reply = charging_settlement(turn->arena, &receipt, price.total, pending.amount, &price);
    return true;
}

CAS_CORE(cas_charge_void)
{
    const Quoin__V1__VoidRequest *give_back = (const Quoin__V1__VoidRequest *)ask;
    const struct charging_price nothing = { 0 };
    struct ledger_entry pending;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    uint32_t version;
    bool found;
    if (!charging_pending(cas, turn, give_back->reservation, &pending, &version, err) ||
        !cas_repeat(cas, turn, "VoidReservation", ask, give_back->key, &entry, &first, &found,
                    err)) {
        return false;
    }
    if (found) {
        receipt = charging_receipt_of(&entry);
    } else {
        const struct ledger_ask change = {
            .key = cas_key(give_back->key),
            .reservation = cas_key(give_back->reservation),
            .why = str_of(give_back->why),
            .asker = cas_asker(turn),
            .detail = cas_receipt(turn, "VoidReservation", ask, NULL, 0, version),
            .at = turn->now,
        };
        if (!ledger_void(cas->ledger, &change, &receipt, err)) {
            return false;
        }
    }
    *reply =
        charging_settlement(turn->arena, &receipt, (struct money){ 0 }, pending.amount, &nothing);
    return true;
}
