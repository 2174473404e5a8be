// price_books: the price books told: as they are, and as each was. Changing them is a change of the
// configuration.
// no unit test: tests/unit/cas/test_what_if.c asks for all of it

#include "cas/cas_int.h"

enum { BOOKS_MOST = 100 };

static size_t books_most(uint32_t asked)
{
    return asked == 0 || asked > BOOKS_MOST ? BOOKS_MOST : asked;
}

static bool books_unpack(struct cas_turn *turn, struct str body, Quoin__V1__PriceBook **book,
                         struct err *err)
{
    ProtobufCMessage *message;
    if (!cas_unpack(turn->arena, &quoin__v1__price_book__descriptor, body, &message, err)) {
        return false;
    }
    *book = (Quoin__V1__PriceBook *)message;
    return true;
}

static Quoin__V1__NamedPriceBook *books_named(struct cas_turn *turn, struct str name,
                                              const struct config_change *change)
{
    Quoin__V1__NamedPriceBook *made =
        cas_message(turn->arena, &quoin__v1__named_price_book__descriptor);
    made->name = cas_text(turn->arena, name);
    made->change = change->number;
    made->at = change->at;
    made->by = cas_text(turn->arena, change->asker);
    made->why = cas_text(turn->arena, change->why);
    return made;
}

static bool books_money(struct cas *cas, struct cas_turn *turn,
                        Quoin__V1__ListPriceBooksReply *made, struct err *err)
{
    struct config_thing thing;
    ProtobufCMessage *message;
    bool found;
    if (!config_get(cas->config, STR("site"), STR("money"), turn->arena, &thing, &found, err) ||
        (found &&
         !cas_unpack(turn->arena, &quoin__v1__site_money__descriptor, thing.body, &message, err))) {
        return false;
    }
    made->money = found ? (Quoin__V1__SiteMoney *)message : NULL;
    return true;
}

CAS_CORE(cas_price_books_list)
{
    const Quoin__V1__ListPriceBooksRequest *list = (const Quoin__V1__ListPriceBooksRequest *)ask;
    size_t most = books_most(list->limit);
    struct config_thing *things = arena_new_array(turn->arena, most + 1, sizeof(*things));
    Quoin__V1__ListPriceBooksReply *made =
        cas_message(turn->arena, &quoin__v1__list_price_books_reply__descriptor);
    size_t count = 0;
    if (!config_list(cas->config, STR("price"), str_of(list->after), most + 1, turn->arena, things,
                     &count, err) ||
        !books_money(cas, turn, made, err)) {
        return false;
    }
    made->more = count > most;
    made->n_books = count > most ? most : count;
    made->books = arena_new_array(turn->arena, made->n_books, sizeof(*made->books));
    for (size_t i = 0; i < made->n_books; i++) {
        struct config_change change = { .number = things[i].changed_in };
        size_t changes;
        if (!config_changes(cas->config, change.number + 1, 1, turn->arena, &change, &changes,
                            err)) {
            return false;
        }
        made->books[i] = books_named(turn, things[i].name, &change);
        if (!books_unpack(turn, things[i].body, &made->books[i]->book, err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_price_books_history)
{
    const Quoin__V1__PriceHistoryRequest *past = (const Quoin__V1__PriceHistoryRequest *)ask;
    const struct config_thing of = { .kind = STR("price"), .name = str_of(past->name) };
    size_t most = books_most(past->limit);
    struct config_past *was = arena_new_array(turn->arena, most + 1, sizeof(*was));
    Quoin__V1__ListPriceBooksReply *made =
        cas_message(turn->arena, &quoin__v1__list_price_books_reply__descriptor);
    size_t count;
    if (!config_thing_past(cas->config, &of, past->before, most + 1, turn->arena, was, &count,
                           err)) {
        return false;
    }
    if (count == 0 && past->before == 0) {
        return err_set(err, ERR_NOT_FOUND, "there never was a price book \"%.60s\"", past->name);
    }
    made->more = count > most;
    made->n_books = count > most ? most : count;
    made->books = arena_new_array(turn->arena, made->n_books, sizeof(*made->books));
    for (size_t i = 0; i < made->n_books; i++) {
        made->books[i] = books_named(turn, of.name, &was[i].change);
        made->books[i]->is_removed = was[i].is_removal;
        if (!was[i].is_removal && !books_unpack(turn, was[i].body, &made->books[i]->book, err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}
