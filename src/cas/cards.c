// cards: how what readers send becomes a card's number, and whose card it is. The formats are the
// things of kind "card-format", compiled once a change of the configuration.
// no unit test: test_credentials.c and test_prove.c ask it

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "cas/credentials.h"
#include "cas/put_int.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { CARDS_ARENA_MAX = 1 << 20 };

static const char cards_kind[] = "card-format";

struct cards_format {
    struct str name;
    uint32_t order;
    struct card_format format;
    char **readers; // in the arena
    size_t reader_count;
};

struct cas_cards {
    struct arena arena;
    int64_t state; // of the configuration that they were made from
    struct cards_format formats[CAS_CARD_FORMATS_MAX];
    size_t count;
};

void cas_cards_free(struct cas_cards **cards)
{
    if (*cards != NULL) {
        arena_free(&(*cards)->arena);
        free(*cards);
        *cards = NULL;
    }
}

// ---- formats -----------------------------------------------------------------------------------

static bool cards_format_read(const Quoin__V1__CardFormat *from, struct card_format *format,
                              struct err *err)
{
    *format = (struct card_format){ .length = from->length,
                                    .starts = str_of(from->starts),
                                    .ends = str_of(from->ends),
                                    .until = str_of(from->until),
                                    .skip = from->skip,
                                    .take = from->take,
                                    .width = from->width,
                                    .reverse_bytes = from->reverse_bytes,
                                    .reverse_bits = from->reverse_bits,
                                    .first_bit = from->first_bit,
                                    .bits = from->bits,
                                    .checks_parity = from->checks_parity,
                                    .facility_bits = from->facility_bits,
                                    .digits = from->digits };
    if (!card_match_read(str_of(from->match), &format->match)) {
        return err_set(err, ERR_INVALID, "match is any, hex or decimal, not \"%.40s\"",
                       from->match);
    }
    if (!card_read_read(str_of(from->read), &format->read)) {
        return err_set(err, ERR_INVALID,
                       "read is text, hex, decimal or facility-serial, not \"%.40s\"", from->read);
    }
    if (!card_write_read(str_of(from->write), &format->write)) {
        return err_set(err, ERR_INVALID,
                       "write is text, hex, decimal or facility-serial, not \"%.40s\"",
                       from->write);
    }
    return card_format_check(format, err);
}

bool cas_card_format_check(const Quoin__V1__CardFormat *format, struct err *err)
{
    struct card_format unused;
    return cards_format_read(format, &unused, err);
}

static bool cards_add(struct cas_cards *cards, const struct config_thing *thing, struct err *err)
{
    ProtobufCMessage *message;
    struct cards_format *to = &cards->formats[cards->count];
    if (!cas_unpack(&cards->arena, &quoin__v1__card_format__descriptor, thing->body, &message,
                    err)) {
        return false;
    }
    const Quoin__V1__CardFormat *from = (const Quoin__V1__CardFormat *)message;
    *to = (struct cards_format){ .name = arena_copy(&cards->arena, thing->name),
                                 .order = from->order,
                                 .readers = from->readers,
                                 .reader_count = from->n_readers };
    if (!cards_format_read(from, &to->format, err)) {
        return false;
    }
    // In order; of the same order by name, as they come.
    struct cards_format one = *to;
    size_t at = cards->count++;
    for (; at > 0 && cards->formats[at - 1].order > one.order; at--) {
        cards->formats[at] = cards->formats[at - 1];
    }
    cards->formats[at] = one;
    return true;
}

static void cards_default(struct cas_cards *cards)
{
    for (size_t i = 0; i < card_default_count && i < CAS_CARD_FORMATS_MAX; i++) {
        cards->formats[cards->count++] =
            (struct cards_format){ .name = str_of(card_defaults[i].name),
                                   .format = card_defaults[i].format };
    }
}

static bool cards_make(struct cas *cas, int64_t state, struct cas_cards *cards, struct err *err)
{
    size_t count;
    arena_free(&cards->arena);
    cards->count = 0;
    cards->state = 0;
    struct config_thing *things =
        arena_new_array(&cards->arena, CAS_CARD_FORMATS_MAX, sizeof(*things));
    assert(things != NULL);
    if (!config_list(cas->config, str_of(cards_kind), STR(""), CAS_CARD_FORMATS_MAX, &cards->arena,
                     things, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!cards_add(cards, &things[i], err)) {
            return false;
        }
    }
    if (count == 0) {
        cards_default(cards);
    }
    cards->state = state;
    return true;
}

static bool cards_formats(struct cas *cas, struct cas_cards **cards, struct err *err)
{
    int64_t state;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (cas->cards == NULL) {
        cas->cards = mem_new(sizeof(*cas->cards));
        cas->cards->arena = ARENA_CAP(CARDS_ARENA_MAX);
    }
    if (cas->cards->state != state && !cards_make(cas, state, cas->cards, err)) {
        return false;
    }
    *cards = cas->cards;
    return true;
}

static bool cards_is_for(const struct cards_format *format, const char *reader)
{
    bool is = format->reader_count == 0;
    for (size_t i = 0; i < format->reader_count; i++) {
        is = is || strcmp(format->readers[i], reader) == 0;
    }
    return is;
}

bool cas_card_read(struct cas *cas, const char *raw, const char *reader, struct cas_card_read *read,
                   bool *found, struct err *err)
{
    struct cas_cards *cards;
    struct err unheard; // the test box tells
    *found = false;
    if (!cards_formats(cas, &cards, err)) {
        return false;
    }
    for (size_t i = 0; i < cards->count && !*found; i++) {
        const struct cards_format *at = &cards->formats[i];
        read->format = at->name;
        *found = cards_is_for(at, reader) &&
                 card_decode(&at->format, str_of(raw), read->number, &unheard);
    }
    return true;
}

// ---- cards -------------------------------------------------------------------------------------

Quoin__V1__Card *cas_card_message(struct arena *arena, const struct credential_card *card,
                                  const char *user)
{
    Quoin__V1__Card *made = cas_message(arena, &quoin__v1__card__descriptor);
    made->id = card->id;
    made->user = cas_text(arena, str_of(user));
    made->hint = cas_text(arena, card->hint);
    made->title = cas_text(arena, card->title);
    made->valid_until = card->valid_until;
    made->made_at = card->made_at;
    made->used_at = card->used_at;
    made->used_where = cas_text(arena, card->used_where);
    made->format = cas_text(arena, card->format);
    return made;
}

// The number that a request gives, as it is or as a reader sends it.
static bool cards_number(struct cas *cas, struct cas_turn *turn,
                         const Quoin__V1__AddCardRequest *add, struct cas_card_read *read,
                         struct err *err)
{
    bool found;
    read->format = STR("");
    if ((add->number[0] == '\0') == (add->raw[0] == '\0')) {
        return err_set(err, ERR_INVALID,
                       "a card has a number, or what a reader sends: one of the two");
    }
    if (add->number[0] != '\0') {
        return card_number_fold(str_of(add->number), read->number, err);
    }
    if (!cas_card_read(cas, add->raw, add->reader, read, &found, err)) {
        return false;
    }
    read->format = found ? arena_copy(turn->arena, read->format) : STR("");
    return found || err_why(err, ERR_INVALID, "unreadable-card",
                            "no card format takes these %zu characters; quoin card test shows why",
                            strlen(add->raw));
}

// The request with a MAC in the place of the number: nobody may guess that from its digest.
static const ProtobufCMessage *cards_plain(struct cas_turn *turn,
                                           const Quoin__V1__AddCardRequest *add,
                                           const struct credential_mac *mac)
{
    OWN(buf_free) struct buf hex = BUF_CAP(256);
    Quoin__V1__AddCardRequest *plain =
        cas_message(turn->arena, &quoin__v1__add_card_request__descriptor);
    enc_hex_add(&hex, mac->bytes, sizeof(mac->bytes));
    plain->key = add->key;
    plain->user = add->user;
    plain->title = add->title;
    plain->valid_until = add->valid_until;
    plain->number = cas_text(turn->arena, buf_str(&hex));
    return &plain->base;
}

static bool cards_check(const Quoin__V1__AddCardRequest *add, int64_t now, struct err *err)
{
    if (strlen(add->title) > CREDENTIAL_TITLE_MAX) {
        return err_why(err, ERR_INVALID, "title-too-long", "a card's title has at most %d bytes",
                       CREDENTIAL_TITLE_MAX);
    }
    return add->valid_until == 0 || add->valid_until > now ||
           err_why(err, ERR_INVALID, "time-is-over", "that card's time is over already");
}

// New, or the person's already: then title and end are as they are said now.
static bool cards_put(struct cas *cas, struct cas_turn *turn, const Quoin__V1__AddCardRequest *add,
                      const struct accounts_person *person, const struct credential_mac *mac,
                      const struct cas_card_read *read, struct credential_card *card,
                      struct err *err)
{
    bool found;
    if (!credential_card_find(cas->credential, mac, turn->arena, card, &found, err)) {
        return false;
    }
    if (found && card->person == person->id) {
        card->title = add->title[0] == '\0' ? card->title : str_of(add->title);
        card->valid_until = add->valid_until;
        return credential_card_set(cas->credential, card, err);
    }
    *card = (struct credential_card){ .person = person->id,
                                      .hint = card_hint(str_of(read->number)),
                                      .title = str_of(add->title),
                                      .valid_until = add->valid_until,
                                      .made_at = turn->now,
                                      .used_where = STR(""),
                                      .format = read->format };
    return credential_card_add(cas->credential, mac, card, err) &&
           cas_credential_note(cas, turn, person->id, "card", STR(""),
                               str_of(arena_textf(turn->arena, "%lld", (long long)card->id)), err);
}

CAS_CORE(cas_card_add)
{
    const Quoin__V1__AddCardRequest *add = (const Quoin__V1__AddCardRequest *)ask;
    struct cas_card_read *read = arena_new(turn->arena, sizeof(*read));
    struct accounts_person person;
    struct credential_card card;
    bool found;
    if (!credential_pepper_check(cas->credential, err) ||
        !cards_number(cas, turn, add, read, err)) {
        return false;
    }
    struct credential_mac mac = credential_card_mac(cas->credential, str_of(read->number));
    const ProtobufCMessage *plain = cards_plain(turn, add, &mac);
    if (!cas_answered(cas, turn, plain, add->key, &quoin__v1__card__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!cards_check(add, turn->now, err) || !cas_person(cas, turn, add->user, &person, err)) {
        return false;
    }
    if (person.is_removed) {
        return err_why(err, ERR_NOT_FOUND, "user-gone", "the user \"%.*s\" was removed",
                       (int)person.name.len, person.name.ptr);
    }
    if (!cas_credential_may(cas, turn, &person, add->no_roles, err) ||
        !cards_put(cas, turn, add, &person, &mac, read, &card, err)) {
        return false;
    }
    *reply = &cas_card_message(turn->arena, &card, cas_text(turn->arena, person.name))->base;
    return cas_answer_keep(cas, turn, plain, add->key, *reply, err);
}

// ---- many --------------------------------------------------------------------------------------

static bool cards_row(struct cas *cas, struct cas_turn *turn, const struct cas_put *put, size_t i,
                      struct arena *arena, enum accounts_outcome *outcome, bool *wrote,
                      struct err *err)
{
    const Quoin__V1__PutCardsRequest *many = (const Quoin__V1__PutCardsRequest *)put->ask;
    const Quoin__V1__CardRow *row = many->cards[i];
    struct cas_turn one = *turn;
    struct cas_card_read read;
    struct accounts_person person;
    struct credential_card card = { .id = 0 };
    Quoin__V1__AddCardRequest add = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    bool found;
    one.arena = arena;
    add.user = row->name;
    add.number = row->number;
    add.raw = row->raw;
    add.reader = row->reader;
    add.title = row->title;
    add.valid_until = row->valid_until;
    if (!cards_number(cas, &one, &add, &read, err) || !cards_check(&add, turn->now, err) ||
        !cas_person(cas, &one, add.user, &person, err) ||
        !cas_credential_may(cas, &one, &person, many->no_roles, err)) {
        return false;
    }
    struct credential_mac mac = credential_card_mac(cas->credential, str_of(read.number));
    if (!credential_card_find(cas->credential, &mac, arena, &card, &found, err)) {
        return false;
    }
    if (person.is_removed || (found && card.person != person.id)) {
        return err_why(err, ERR_EXISTS, found ? "card-taken" : "user-gone", "%s",
                       found ? "that card is somebody else's; remove it there first"
                             : "that user was removed");
    }
    bool same = found && card.valid_until == add.valid_until &&
                (add.title[0] == '\0' || str_eq(card.title, str_of(add.title)));
    *outcome = same ? ACCOUNTS_IS_SAME : found ? ACCOUNTS_IS_CHANGED : ACCOUNTS_IS_NEW;
    if (same || put->by.is_dry) {
        return true;
    }
    *wrote = found; // a new card may be one too many
    return cards_put(cas, &one, &add, &person, &mac, &read, &card, err);
}

CAS_CORE(cas_card_put)
{
    const Quoin__V1__PutCardsRequest *cards = (const Quoin__V1__PutCardsRequest *)ask;
    struct cas_put put = {
        .ask = ask, .count = cards->n_cards, .by = cas_by(turn), .row = cards_row
    };
    struct credential_mac mac =
        credential_mac_of(cas->credential, "rows", cas_pack(turn->arena, ask));
    Quoin__V1__AddCardRequest about = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    bool found;
    about.key = cards->key;
    const ProtobufCMessage *plain = cards_plain(turn, &about, &mac);
    put.by.is_dry = cards->dry_run;
    if (!credential_pepper_check(cas->credential, err) ||
        !cas_answered(cas, turn, plain, cards->key, &quoin__v1__put_reply__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    return cas_put_rows(cas, turn, &put, reply, err) &&
           (cards->dry_run || cas_answer_keep(cas, turn, plain, cards->key, *reply, err));
}

static bool cards_find(struct cas *cas, struct cas_turn *turn,
                       const Quoin__V1__RemoveCardRequest *remove, struct credential_card *card,
                       struct err *err)
{
    char number[CARD_NUMBER_MAX + 1];
    bool found;
    if ((remove->id == 0) == (remove->number[0] == '\0')) {
        return err_set(err, ERR_INVALID, "which card: its id, or its number");
    }
    if (remove->id != 0) {
        if (!credential_card_get(cas->credential, remove->id, turn->arena, card, &found, err)) {
            return false;
        }
        return found || err_why(err, ERR_NOT_FOUND, "card-gone", "there is no card %lld",
                                (long long)remove->id);
    }
    if (!credential_pepper_check(cas->credential, err) ||
        !card_number_fold(str_of(remove->number), number, err)) {
        return false;
    }
    struct credential_mac mac = credential_card_mac(cas->credential, str_of(number));
    return credential_card_find(cas->credential, &mac, turn->arena, card, &found, err) &&
           (found || err_why(err, ERR_NOT_FOUND, "card-gone", "that card is nobody's"));
}

CAS_CORE(cas_card_remove)
{
    const Quoin__V1__RemoveCardRequest *remove = (const Quoin__V1__RemoveCardRequest *)ask;
    Quoin__V1__RemoveCardRequest *plain =
        cas_message(turn->arena, &quoin__v1__remove_card_request__descriptor);
    struct credential_card card = { .id = 0 };
    struct accounts_person person;
    bool found;
    plain->key = remove->key;
    plain->id = remove->id;
    plain->dry_run = remove->dry_run;
    if (!cas_answered(cas, turn, &plain->base, remove->key, &quoin__v1__card__descriptor, reply,
                      &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!cards_find(cas, turn, remove, &card, err) ||
        !accounts_person_get(cas->accounts, card.person, turn->arena, &person, err) ||
        !cas_credential_may(cas, turn, &person, remove->no_roles, err)) {
        return false;
    }
    *reply = &cas_card_message(turn->arena, &card, cas_text(turn->arena, person.name))->base;
    if (remove->dry_run) {
        return true;
    }
    return credential_card_remove(cas->credential, &card, err) &&
           cas_credential_note(cas, turn, card.person, "card",
                               str_of(arena_textf(turn->arena, "%lld", (long long)card.id)),
                               STR(""), err) &&
           cas_answer_keep(cas, turn, &plain->base, remove->key, *reply, err);
}

CAS_CORE(cas_card_list)
{
    const Quoin__V1__ListCardsRequest *list = (const Quoin__V1__ListCardsRequest *)ask;
    Quoin__V1__ListCardsReply *made =
        cas_message(turn->arena, &quoin__v1__list_cards_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct credential_card *cards = arena_new_array(turn->arena, most + 1, sizeof(*cards));
    struct accounts_person person = { .id = 0 };
    size_t count;
    if ((list->user[0] != '\0' && !cas_person(cas, turn, list->user, &person, err)) ||
        !credential_cards(cas->credential, person.id, list->after, most + 1, turn->arena, cards,
                          &count, err)) {
        return false;
    }
    made->more = count > most;
    made->cards = arena_new_array(turn->arena, count, sizeof(*made->cards));
    for (size_t i = 0; i < count && i < most; i++) {
        if (person.id != cards[i].person &&
            !accounts_person_get(cas->accounts, cards[i].person, turn->arena, &person, err)) {
            return false;
        }
        made->cards[made->n_cards++] =
            cas_card_message(turn->arena, &cards[i], cas_text(turn->arena, person.name));
    }
    *reply = &made->base;
    return true;
}

// ---- the test box ------------------------------------------------------------------------------

static bool cards_whose(struct cas *cas, struct cas_turn *turn, const char *number,
                        Quoin__V1__TryCardReply *made, struct err *err)
{
    struct credential_mac mac = credential_card_mac(cas->credential, str_of(number));
    struct credential_card card = { .id = 0 };
    struct accounts_person person;
    bool found;
    if (!credential_pepper_check(cas->credential, err) ||
        !credential_card_find(cas->credential, &mac, turn->arena, &card, &found, err)) {
        return false;
    }
    if (found && !accounts_person_get(cas->accounts, card.person, turn->arena, &person, err)) {
        return false;
    }
    made->user = found ? cas_text(turn->arena, person.name) : made->user;
    return true;
}

CAS_CORE(cas_card_try)
{
    const Quoin__V1__TryCardRequest *asked = (const Quoin__V1__TryCardRequest *)ask;
    Quoin__V1__TryCardReply *made =
        cas_message(turn->arena, &quoin__v1__try_card_reply__descriptor);
    struct cas_cards *cards;
    if (!cards_formats(cas, &cards, err)) {
        return false;
    }
    made->steps = arena_new_array(turn->arena, cards->count, sizeof(*made->steps));
    for (size_t i = 0; i < cards->count; i++) {
        const struct cards_format *at = &cards->formats[i];
        Quoin__V1__TryCardStep *step =
            cas_message(turn->arena, &quoin__v1__try_card_step__descriptor);
        char number[CARD_NUMBER_MAX + 1];
        struct err why = { 0 };
        step->format = cas_text(turn->arena, at->name);
        if (!cards_is_for(at, asked->reader)) {
            err_fill(&why, ERR_INVALID, "it is for other readers");
        } else {
            step->fits = card_decode(&at->format, str_of(asked->raw), number, &why);
        }
        step->why = cas_text(turn->arena, str_of(step->fits ? "" : why.text));
        step->number = step->fits ? cas_text(turn->arena, str_of(number)) : step->number;
        made->number = step->fits && made->number[0] == '\0' ? step->number : made->number;
        made->steps[made->n_steps++] = step;
    }
    *reply = &made->base;
    return made->number[0] == '\0' || cards_whose(cas, turn, made->number, made, err);
}
