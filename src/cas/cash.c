// cash: money that goes in and out of paid purses beside charges: the cash desk, adjustments,
// transfers between people, and the settings of all this.

#include "accounts/accounts.h"
#include "base/enc.h"
#include "cas/past.h"
#include "cas/payers_int.h"

#define CASH_SETTINGS_KIND STR("money")
#define CASH_SETTINGS_NAME STR("site")
enum { CASH_WORD_MAX = 64, CASH_LIST = 100, CASH_LIST_MOST = 500 };

// ---- settings ----------------------------------------------------------------------------------

bool cas_settings_money(struct cas *cas, struct arena *arena, Quoin__V1__MoneySettings **settings,
                        struct err *err)
{
    struct config_thing thing;
    ProtobufCMessage *message = cas_message(arena, &quoin__v1__money_settings__descriptor);
    bool found;
    if (!config_get(cas->config, CASH_SETTINGS_KIND, CASH_SETTINGS_NAME, arena, &thing, &found,
                    err) ||
        (found &&
         !cas_unpack(arena, &quoin__v1__money_settings__descriptor, thing.body, &message, err))) {
        return false;
    }
    *settings = (Quoin__V1__MoneySettings *)message;
    return true;
}

bool cas_money_settings_check(const Quoin__V1__MoneySettings *settings, struct err *err)
{
    const char *who = settings->transfers;
    const int64_t amounts[] = { settings->transfer_most, settings->transfer_leaves,
                                settings->transfer_reaches, settings->refund_most };
    if (who[0] != '\0' && strcmp(who, "no") != 0 && strcmp(who, "permitted") != 0 &&
        strcmp(who, "everyone") != 0) {
        return err_set(err, ERR_INVALID, "transfers are for \"no\", \"permitted\" or \"everyone\"");
    }
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        if (amounts[i] < 0 || amounts[i] > LEDGER_MOST) {
            return err_set(err, ERR_INVALID, "an amount is between 0 and 10000000000000");
        }
    }
    return !settings->refund_by_rule ||
           (settings->refund_most > 0 && settings->refund_minutes > 0) ||
           err_set(err, ERR_INVALID,
                   "refunds by rule need an amount up to which, and minutes within which");
}

CAS_CORE(cas_money_settings_get)
{
    (void)ask;
    Quoin__V1__MoneySettings *settings;
    if (!cas_settings_money(cas, turn->arena, &settings, err)) {
        return false;
    }
    *reply = &settings->base;
    return true;
}

CAS_CORE(cas_money_settings_set)
{
    const Quoin__V1__SetMoneySettingsRequest *set = (const Quoin__V1__SetMoneySettingsRequest *)ask;
    if (set->settings == NULL) {
        return err_set(err, ERR_INVALID, "the request has no settings");
    }
    const int64_t amounts[] = { set->settings->transfer_most, set->settings->transfer_leaves,
                                set->settings->transfer_reaches, set->settings->refund_most };
    if (!cas_money_settings_check(set->settings, err) ||
        !money_check_units(amounts, sizeof(amounts) / sizeof(amounts[0]), err)) {
        return false;
    }
    const struct config_edit edit = { .kind = CASH_SETTINGS_KIND,
                                      .name = CASH_SETTINGS_NAME,
                                      .body = cas_pack(turn->arena, &set->settings->base) };
    *reply = &set->settings->base;
    return cas_config_set(cas, turn, set->key, &edit, set->why, "settings of money", err);
}

// ---- people and amounts ------------------------------------------------------------------------

// The account of a name or an alias. *person has id 0 where the accounts do not know them.
static bool cash_person(struct cas *cas, struct cas_turn *turn, const char *name,
                        struct accounts_person *person, const char **account,
                        struct ledger_account *paid, struct err *err)
{
    bool found;
    if (!cas_person_account(cas, turn, name, person, account, err) ||
        !ledger_account_find(cas->ledger, str_of(*account), paid, &found, err)) {
        return false;
    }
    return found ||
           err_set(err, ERR_NOT_FOUND, "no user \"%s\" is known here", strchr(*account, ':') + 1);
}

bool cas_paid_account(struct cas *cas, struct cas_turn *turn, const char *name,
                      const char **account, struct ledger_account *paid, struct err *err)
{
    struct accounts_person person;
    return cash_person(cas, turn, name, &person, account, paid, err) &&
           (!(person.is_locked || person.is_removed) ||
            err_set(err, ERR_DENIED, "the account of %.*s is %s", (int)person.name.len,
                    person.name.ptr, person.is_removed ? "removed" : "locked"));
}

static bool cash_amount(int64_t amount, bool may_be_less, struct err *err)
{
    return (amount != 0 && (may_be_less || amount > 0) && amount >= -LEDGER_MOST &&
            amount <= LEDGER_MOST) ||
           err_set(err, ERR_INVALID, "an amount is %s 0 and at most 10000000000000",
                   may_be_less ? "not" : "above");
}

static bool cash_word(const char *word, const char *what, struct err *err)
{
    return (strlen(word) <= CASH_WORD_MAX && enc_is_plain(str_of(word))) ||
           err_set(err, ERR_INVALID, "%s has at most %d bytes of UTF-8 without control characters",
                   what, CASH_WORD_MAX);
}

// After money went: nothing that is not the person's own was paid out. The transaction is undone
// otherwise, so that the question is exact however many ask at once.
static bool cash_is_own(const struct ledger_state *after, int64_t amount, int64_t leaves,
                        struct err *err)
{
    char has[MONEY_TEXT_MAX];
    int64_t own = after->balance.units - after->reserved.units;
    if (own >= leaves) {
        return true;
    }
    (void)money_shown((struct money){ own + amount }, has);
    return leaves == 0
               ? err_set(err, ERR_LIMIT, "only %s is there that can be paid out", has)
               : err_set(err, ERR_LIMIT, "only %s is there, of which something must stay", has);
}

// ---- the cash desk -----------------------------------------------------------------------------

static Quoin__V1__CashEntry *cash_entry(struct arena *arena, const struct cas_cash *cash)
{
    Quoin__V1__CashEntry *made = cas_message(arena, &quoin__v1__cash_entry__descriptor);
    made->sequence = cash->sequence;
    made->at = cash->at;
    made->desk = cas_text(arena, cash->desk);
    made->by = cas_text(arena, cash->asker);
    made->name = cas_text(arena, cash->name);
    made->amount = cash->amount;
    made->reference = cas_text(arena, cash->reference);
    made->why = cas_text(arena, cash->why);
    return made;
}

// A receipt is booked once: a second time it is a mistake, or a command that was repeated.
static bool cash_reference_is_new(struct cas *cas, struct cas_turn *turn, struct str desk,
                                  struct str reference, struct err *err)
{
    struct cas_cash before;
    char amount[MONEY_TEXT_MAX];
    bool found;
    if (!cas_store_cash_reference(cas, desk, reference, turn->arena, &before, &found, err)) {
        return false;
    }
    return !found ||
           err_set(err, ERR_EXISTS,
                   "%.*s was booked at desk %.*s before, in entry %lld: %s for %.*s",
                   (int)reference.len, reference.ptr, (int)desk.len, desk.ptr,
                   (long long)before.sequence, money_shown((struct money){ before.amount }, amount),
                   (int)before.name.len, before.name.ptr);
}

static bool cash_check(struct cas *cas, struct cas_turn *turn, const Quoin__V1__CashRequest *ask,
                       struct str desk, struct err *err)
{
    return cash_amount(ask->amount, true, err) && money_check((struct money){ ask->amount }, err) &&
           cash_word(ask->desk, "a desk", err) && cash_word(ask->reference, "a reference", err) &&
           (ask->why[0] == '\0' || cas_reason_check(ask->why, "a payment", err)) &&
           cash_reference_is_new(cas, turn, desk, str_of(ask->reference), err);
}

static bool cash_told(struct cas *cas, struct cas_turn *turn, int64_t sequence, int64_t balance,
                      const ProtobufCMessage **reply, struct err *err)
{
    struct cas_cash cash;
    bool found;
    if (!cas_store_cash(cas, sequence, turn->arena, &cash, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_INTERNAL, "entry %lld is in no desk's book", (long long)sequence);
    }
    Quoin__V1__CashEntry *made = cash_entry(turn->arena, &cash);
    made->balance = balance;
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_cash_take)
{
    const Quoin__V1__CashRequest *cash = (const Quoin__V1__CashRequest *)ask;
    struct str desk = cash->desk[0] == '\0' ? STR("main") : str_of(cash->desk);
    struct accounts_person person;
    struct ledger_account paid;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    const char *account;
    bool found;
    bool out = cash->amount < 0;
    if (!cas_repeat(cas, turn, "Cash", ask, cash->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        const struct ledger_state *after = out ? &entry.debit_after : &entry.credit_after;
        return cash_told(cas, turn, entry.sequence, after->balance.units, reply, err);
    }
    if (!cash_check(cas, turn, cash, desk, err) ||
        !cash_person(cas, turn, cash->name, &person, &account, &paid, err) ||
        (!out && !cas_may_be_paid(&person, err))) {
        return false;
    }
    const char *why = cash->why[0] != '\0' ? cash->why : out ? "paid out" : "paid in";
    const struct ledger_ask move = {
        .key = cas_key(cash->key),
        .debit = out ? str_of(account) : STR("cash"),
        .credit = out ? STR("cash") : str_of(account),
        .amount = { out ? -cash->amount : cash->amount },
        .why = cas_why(turn->arena, why, cash->reference),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Cash", ask),
        .at = turn->now,
    };
    if (!ledger_transfer(cas->ledger, &move, &receipt, err) ||
        !ledger_account_get(cas->ledger, paid.id, &paid, err) ||
        (out && !paid.state.is_unlimited && !cash_is_own(&paid.state, -cash->amount, 0, err))) {
        return false;
    }
    const struct cas_cash kept = { .sequence = receipt.sequence,
                                   .at = receipt.at,
                                   .desk = desk,
                                   .asker = cas_asker(turn),
                                   .name = str_of(strchr(account, ':') + 1),
                                   .amount = cash->amount,
                                   .reference = str_of(cash->reference),
                                   .why = str_of(why) };
    return cas_store_cash_add(cas, &kept, err) &&
           cash_told(cas, turn, receipt.sequence, paid.state.balance.units, reply, err);
}

CAS_CORE(cas_cash_list)
{
    Quoin__V1__ListCashRequest asked = *(const Quoin__V1__ListCashRequest *)ask;
    const Quoin__V1__ListCashRequest *list = &asked;
    const struct calendar_site *site;
    if (asked.day[0] != '\0' &&
        (!cas_site_time(cas, &site, err) ||
         !cas_past_period(asked.day, site, &asked.from, &asked.until, err))) {
        return false;
    }
    size_t most = list->limit == 0               ? CASH_LIST
                  : list->limit > CASH_LIST_MOST ? CASH_LIST_MOST
                                                 : list->limit;
    struct cas_cash *cash = arena_new_array(turn->arena, most + 1, sizeof(*cash));
    size_t count;
    Quoin__V1__ListCashReply *made =
        cas_message(turn->arena, &quoin__v1__list_cash_reply__descriptor);
    if (!cas_store_cash_list(cas, list, most + 1, turn->arena, cash, &count, err) ||
        !cas_store_cash_sum(cas, list, made, err)) {
        return false;
    }
    made->more = count > most;
    made->n_entries = made->more ? most : count;
    made->entries = arena_new_array(turn->arena, made->n_entries, sizeof(*made->entries));
    for (size_t i = 0; i < made->n_entries; i++) {
        made->entries[i] = cash_entry(turn->arena, &cash[i]);
    }
    *reply = &made->base;
    return true;
}

// ---- adjustments -------------------------------------------------------------------------------

static bool cash_purse(struct cas *cas, struct cas_turn *turn,
                       const Quoin__V1__AdjustRequest *adjust, const char **account,
                       struct ledger_account *purse, struct err *err)
{
    struct accounts_person person;
    bool found;
    if (!cash_person(cas, turn, adjust->name, &person, account, purse, err)) {
        return false;
    }
    if (adjust->purse[0] == '\0' || strcmp(adjust->purse, "paid") == 0) {
        return true;
    }
    if (strcmp(adjust->purse, "allotment") != 0) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no purse: paid, allotment", adjust->purse);
    }
    const char *name = cas_allotment(turn->arena, *account);
    if (!ledger_account_find(cas->ledger, str_of(name), purse, &found, err)) {
        return false;
    }
    return found ||
           err_set(err, ERR_NOT_FOUND, "%s was never granted anything", strchr(*account, ':') + 1);
}

// Asked after the money went, so that nobody can have come between.
static bool cash_was(const Quoin__V1__AdjustRequest *adjust, const struct ledger_account *purse,
                     struct err *err)
{
    char is[MONEY_TEXT_MAX];
    char said[MONEY_TEXT_MAX];
    int64_t before = purse->state.balance.units - adjust->amount;
    if (!adjust->only_if || before == adjust->balance) {
        return true;
    }
    return err_set(err, ERR_CONFLICT, "the balance is %s and not %s: nothing was changed",
                   money_shown((struct money){ before }, is),
                   money_shown((struct money){ adjust->balance }, said));
}

CAS_CORE(cas_purses_adjust)
{
    const Quoin__V1__AdjustRequest *adjust = (const Quoin__V1__AdjustRequest *)ask;
    struct ledger_account purse;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    const char *account;
    bool found;
    bool less = adjust->amount < 0;
    if (!cas_repeat(cas, turn, "Adjust", ask, adjust->key, &entry, &first, &found, err) ||
        !cash_purse(cas, turn, adjust, &account, &purse, err)) {
        return false;
    }
    if (found) {
        return cas_purses_reply(cas, turn, account, adjust->amount, entry.sequence, reply, err);
    }
    if (!cash_amount(adjust->amount, true, err) ||
        !cas_reason_check(adjust->why, "an adjustment", err) ||
        !cash_word(adjust->reference, "a reference", err)) {
        return false;
    }
    const struct ledger_ask move = {
        .key = cas_key(adjust->key),
        .debit = less ? str_of(purse.name) : STR("adjustments"),
        .credit = less ? STR("adjustments") : str_of(purse.name),
        .amount = { less ? -adjust->amount : adjust->amount },
        .why = cas_why(turn->arena, adjust->why, adjust->reference),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Adjust", ask),
        .at = turn->now,
    };
    return ledger_transfer(cas->ledger, &move, &receipt, err) &&
           ledger_account_get(cas->ledger, purse.id, &purse, err) &&
           cash_was(adjust, &purse, err) &&
           cas_purses_reply(cas, turn, account, adjust->amount, receipt.sequence, reply, err);
}

// ---- between people ----------------------------------------------------------------------------

static bool cash_may_transfer(const Quoin__V1__MoneySettings *settings,
                              const struct accounts_person *from, const struct accounts_person *to,
                              int64_t amount, struct err *err)
{
    char most[MONEY_TEXT_MAX];
    bool may = strcmp(settings->transfers, "everyone") == 0 ||
               (strcmp(settings->transfers, "no") != 0 && from->may_transfer);
    if (!may) {
        return err_set(err, ERR_DENIED, "transfers to other people are not allowed%s",
                       strcmp(settings->transfers, "no") == 0 ? " here" : " to this one");
    }
    const struct accounts_person *closed = from->is_locked || from->is_removed ? from
                                           : to->is_locked || to->is_removed   ? to
                                                                               : NULL;
    if (closed != NULL) {
        return err_set(err, ERR_DENIED, "the account of %.*s is %s", (int)closed->name.len,
                       closed->name.ptr, closed->is_removed ? "removed" : "locked");
    }
    return settings->transfer_most == 0 || amount <= settings->transfer_most ||
           err_set(err, ERR_LIMIT, "a transfer is at most %s",
                   money_shown((struct money){ settings->transfer_most }, most));
}

static bool cash_fits(struct cas *cas, const Quoin__V1__MoneySettings *settings, int64_t amount,
                      struct ledger_account *from, struct ledger_account *to, struct err *err)
{
    char most[MONEY_TEXT_MAX];
    if (!ledger_account_get(cas->ledger, from->id, from, err) ||
        !ledger_account_get(cas->ledger, to->id, to, err) ||
        !cash_is_own(&from->state, amount, settings->transfer_leaves, err)) {
        return false;
    }
    return settings->transfer_reaches == 0 ||
           to->state.balance.units <= settings->transfer_reaches ||
           err_set(err, ERR_LIMIT, "the receiver may have at most %s",
                   money_shown((struct money){ settings->transfer_reaches }, most));
}

CAS_CORE(cas_purses_transfer)
{
    const Quoin__V1__TransferRequest *transfer = (const Quoin__V1__TransferRequest *)ask;
    Quoin__V1__MoneySettings *settings;
    struct accounts_person person[2];
    struct ledger_account paid[2];
    const char *account[2];
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    bool found;
    if (!cas_repeat(cas, turn, "Transfer", ask, transfer->key, &entry, &first, &found, err) ||
        !cash_person(cas, turn, transfer->from, &person[0], &account[0], &paid[0], err) ||
        !cash_person(cas, turn, transfer->to, &person[1], &account[1], &paid[1], err)) {
        return false;
    }
    if (found) {
        return cas_purses_reply(cas, turn, account[0], -transfer->amount, entry.sequence, reply,
                                err);
    }
    if (!cash_amount(transfer->amount, false, err) ||
        !money_check((struct money){ transfer->amount }, err) ||
        (transfer->why[0] != '\0' && !cas_reason_check(transfer->why, "a transfer", err)) ||
        !cas_settings_money(cas, turn->arena, &settings, err) ||
        !cash_may_transfer(settings, &person[0], &person[1], transfer->amount, err)) {
        return false;
    }
    const struct ledger_ask move = {
        .key = cas_key(transfer->key),
        .debit = str_of(account[0]),
        .credit = str_of(account[1]),
        .amount = { transfer->amount },
        .why = transfer->why[0] == '\0' ? STR("a transfer") : str_of(transfer->why),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Transfer", ask),
        .at = turn->now,
    };
    return ledger_transfer(cas->ledger, &move, &receipt, err) &&
           cash_fits(cas, settings, transfer->amount, &paid[0], &paid[1], err) &&
           cas_purses_reply(cas, turn, account[0], -transfer->amount, receipt.sequence, reply, err);
}
