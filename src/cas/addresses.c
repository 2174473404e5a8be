// addresses: people's own addresses of queues: made and told once, listed, revoked, and followed by
// the engines that take jobs, which know who prints at an address while CAS is away.
// no unit test: test_credentials.c asks it

#include "cas/credentials.h"

enum {
    ADDRESSES_PAGE = 500,  // that are new, of one answer
    ADDRESSES_PEOPLE = 40, // whose version grew, of one answer
};

static struct str addresses_key(ProtobufCBinaryData key)
{
    return (struct str){ (const char *)key.data, key.len };
}

static Quoin__V1__Address *
addresses_message(struct arena *arena, const struct credential_address *address, struct str user)
{
    Quoin__V1__Address *made = cas_message(arena, &quoin__v1__address__descriptor);
    made->id = address->id;
    made->user = cas_text(arena, user);
    made->queue = cas_text(arena, address->queue);
    made->title = cas_text(arena, address->title);
    made->made_at = address->made_at;
    made->until = address->until;
    made->used_at = address->used_at;
    made->revoked = address->is_revoked;
    made->hint = cas_text(arena, address->hint);
    return made;
}

// ---- making one --------------------------------------------------------------------------------

static bool addresses_add(struct cas *cas, struct cas_turn *turn,
                          const Quoin__V1__MakeAddressRequest *make, const char *secret,
                          const ProtobufCMessage **reply, struct err *err)
{
    struct accounts_person person;
    struct credential_address address = { .queue = str_of(make->queue),
                                          .title = str_of(make->title),
                                          .made_at = turn->now,
                                          .until = make->until };
    if (strlen(make->title) > CREDENTIAL_TITLE_MAX) {
        return err_set(err, ERR_INVALID, "an address has a title of at most %d bytes",
                       CREDENTIAL_TITLE_MAX);
    }
    if (make->until != 0 && make->until <= turn->now) {
        return err_set(err, ERR_INVALID, "that address's time is over already");
    }
    if (!cas_person(cas, turn, make->user, &person, err)) {
        return false;
    }
    if (cas_is_out(&person)) {
        return err_why(err, ERR_DENIED, "user-locked", "the user is locked or removed");
    }
    address.person = person.id;
    address.hint = str_of(secret + CREDENTIAL_ADDRESS_LEN - 4);
    if (!credential_address_add(cas->credential, str_of(secret), &address, err) ||
        !cas_credential_note(cas, turn, person.id, "address", STR(""), address.queue, err)) {
        return false;
    }
    *reply = &addresses_message(turn->arena, &address, person.name)->base;
    return true;
}

CAS_CORE(cas_address_make)
{
    const Quoin__V1__MakeAddressRequest *make = (const Quoin__V1__MakeAddressRequest *)ask;
    char secret[CREDENTIAL_ADDRESS_LEN + 1];
    bool found;
    credential_address_make(cas->credential, addresses_key(make->key), secret);
    if (!cas_answered(cas, turn, ask, make->key, &quoin__v1__address__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (!found && (!addresses_add(cas, turn, make, secret, reply, err) ||
                   !cas_answer_keep(cas, turn, ask, make->key, *reply, err))) {
        return false;
    }
    Quoin__V1__Address *told = cas_message(turn->arena, &quoin__v1__address__descriptor);
    *told = *(const Quoin__V1__Address *)*reply;
    told->secret = cas_text(turn->arena, str_of(secret));
    *reply = &told->base;
    return true;
}

// ---- what there is -----------------------------------------------------------------------------

CAS_CORE(cas_address_list)
{
    const Quoin__V1__ListAddressesRequest *list = (const Quoin__V1__ListAddressesRequest *)ask;
    Quoin__V1__ListAddressesReply *made =
        cas_message(turn->arena, &quoin__v1__list_addresses_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct credential_address *addresses =
        arena_new_array(turn->arena, most + 1, sizeof(*addresses));
    struct accounts_person person = { .id = 0 };
    size_t count;
    size_t bytes = 0;
    if ((list->user[0] != '\0' && !cas_person(cas, turn, list->user, &person, err)) ||
        !credential_addresses(cas->credential, person.id, list->after, most + 1, turn->arena,
                              addresses, &count, err)) {
        return false;
    }
    made->more = count > most;
    made->addresses = arena_new_array(turn->arena, count, sizeof(*made->addresses));
    for (size_t i = 0; i < count && i < most; i++) {
        if (person.id != addresses[i].person &&
            !accounts_person_get(cas->accounts, addresses[i].person, turn->arena, &person, err)) {
            return false;
        }
        Quoin__V1__Address *one = addresses_message(turn->arena, &addresses[i], person.name);
        made->addresses[made->n_addresses++] = one;
        bytes += protobuf_c_message_get_packed_size(&one->base);
        if (bytes > CAS_PAGE_BYTES) {
            made->more = made->more || i + 1 < count;
            break;
        }
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_address_revoke)
{
    const Quoin__V1__RevokeAddressRequest *revoke = (const Quoin__V1__RevokeAddressRequest *)ask;
    struct credential_address address = { .id = 0 };
    struct accounts_person person;
    struct accounts_person owner = { .id = 0 };
    bool found;
    if (!cas_answered(cas, turn, ask, revoke->key, &quoin__v1__address__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if ((revoke->user[0] != '\0' && !cas_person(cas, turn, revoke->user, &owner, err)) ||
        !credential_address_get(cas->credential, revoke->id, turn->arena, &address, &found, err)) {
        return false;
    }
    if (!found || (revoke->user[0] != '\0' && owner.id != address.person)) {
        return err_set(err, ERR_NOT_FOUND, "there is no address %lld", (long long)revoke->id);
    }
    if (!accounts_person_get(cas->accounts, address.person, turn->arena, &person, err)) {
        return false;
    }
    if (!address.is_revoked && !revoke->dry_run &&
        (!credential_address_revoke(cas->credential, &address, err) ||
         !cas_credential_note(cas, turn, person.id, "address", address.queue, STR("revoked"),
                              err))) {
        return false;
    }
    address.is_revoked = true;
    *reply = &addresses_message(turn->arena, &address, person.name)->base;
    return revoke->dry_run || cas_answer_keep(cas, turn, ask, revoke->key, *reply, err);
}

// ---- for the engines ---------------------------------------------------------------------------

static void addresses_known(struct cas_turn *turn, const struct credential_address *address,
                            const struct accounts_person *person,
                            Quoin__V1__FollowAddressesReply *made)
{
    Quoin__V1__KnownAddress *one = cas_message(turn->arena, &quoin__v1__known_address__descriptor);
    struct str hash =
        arena_copy(turn->arena, (struct str){ (const char *)address->hash, sizeof(address->hash) });
    one->id = address->id;
    one->person = address->person;
    one->user = cas_text(turn->arena, person->name);
    one->queue = cas_text(turn->arena, address->queue);
    one->hash = (ProtobufCBinaryData){ hash.len, (uint8_t *)(uintptr_t)hash.ptr };
    one->until = address->until;
    made->addresses[made->n_addresses++] = one;
}

// All that are good of people whose version grew, of those who may print.
static bool addresses_grown(struct cas *cas, struct cas_turn *turn,
                            Quoin__V1__FollowAddressesReply *made, struct err *err)
{
    struct credential_grown grown[ADDRESSES_PEOPLE];
    struct credential_address addresses[CREDENTIAL_ADDRESSES_MAX];
    struct accounts_person person;
    size_t count;
    int64_t newest;
    if (!credential_grown(cas->credential, made->change, ADDRESSES_PEOPLE, grown, &count, &newest,
                          err)) {
        return false;
    }
    made->more = count == ADDRESSES_PEOPLE;
    made->change = made->more ? grown[count - 1].change : newest;
    made->people = arena_new_array(turn->arena, count, sizeof(*made->people));
    for (size_t i = 0; i < count; i++) {
        size_t good = 0;
        made->people[made->n_people++] = grown[i].person;
        if (!accounts_person_get(cas->accounts, grown[i].person, turn->arena, &person, err) ||
            (!cas_is_out(&person) &&
             !credential_addresses_good(cas->credential, person.id, 0, turn->now,
                                        CREDENTIAL_ADDRESSES_MAX, turn->arena, addresses, &good,
                                        err))) {
            return false;
        }
        for (size_t k = 0; k < good; k++) {
            addresses_known(turn, &addresses[k], &person, made);
        }
    }
    return true;
}

static bool addresses_new(struct cas *cas, struct cas_turn *turn,
                          Quoin__V1__FollowAddressesReply *made, struct err *err)
{
    struct credential_address *addresses =
        arena_new_array(turn->arena, ADDRESSES_PAGE, sizeof(*addresses));
    struct accounts_person person = { .id = 0 };
    int64_t last;
    size_t count;
    if (!credential_address_last(cas->credential, &last, err) ||
        !credential_addresses_good(cas->credential, 0, made->after, turn->now, ADDRESSES_PAGE,
                                   turn->arena, addresses, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (person.id != addresses[i].person &&
            !accounts_person_get(cas->accounts, addresses[i].person, turn->arena, &person, err)) {
            return false;
        }
        if (!cas_is_out(&person)) {
            addresses_known(turn, &addresses[i], &person, made);
        }
    }
    bool is_full = count == ADDRESSES_PAGE;
    made->more = made->more || is_full;
    made->after = is_full ? addresses[count - 1].id : last;
    return true;
}

// One that has seen more than there is knows another database: it begins anew.
CAS_CORE(cas_address_follow)
{
    const Quoin__V1__FollowAddressesRequest *follow =
        (const Quoin__V1__FollowAddressesRequest *)ask;
    Quoin__V1__FollowAddressesReply *made =
        cas_message(turn->arena, &quoin__v1__follow_addresses_reply__descriptor);
    struct credential_grown none[1];
    size_t count;
    int64_t newest;
    int64_t last;
    for (size_t i = 0; i < follow->n_used; i++) {
        if (!credential_address_used(cas->credential, follow->used[i]->id, follow->used[i]->at,
                                     err)) {
            return false;
        }
    }
    if (!credential_address_last(cas->credential, &last, err) ||
        !credential_grown(cas->credential, INT64_MAX, 1, none, &count, &newest, err)) {
        return false;
    }
    *reply = &made->base;
    if (follow->after > last || follow->change > newest) {
        made->more = true;
        return true;
    }
    bool is_first = follow->after == 0 && follow->change == 0;
    made->after = follow->after;
    made->change = is_first ? newest : follow->change;
    made->addresses =
        arena_new_array(turn->arena, ADDRESSES_PAGE + ADDRESSES_PEOPLE * CREDENTIAL_ADDRESSES_MAX,
                        sizeof(*made->addresses));
    if (made->addresses == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    return (is_first || addresses_grown(cas, turn, made, err)) &&
           addresses_new(cas, turn, made, err);
}
