// People, payers and groups are put by rows, each with its answer; names and money follow in the
// ledger; the same key gives the same answer.
#include "proto/credential.pb-c.h"
#include "unit/cas/fixture.h"

#include "cas/cas_int.h"
#include "proto/accounts.pb-c.h"
#include "wire/seen.h"

static char *sets[8];

static Quoin__V1__PutPeopleRequest people_request(uint8_t key, const char *how,
                                                  Quoin__V1__PersonRow **rows, size_t count)
{
    Quoin__V1__PutPeopleRequest request = QUOIN__V1__PUT_PEOPLE_REQUEST__INIT;
    request.key = key_of(key);
    request.how = text_of(how);
    request.people = rows;
    request.n_people = count;
    request.set = sets;
    return request;
}

static Quoin__V1__PersonRow *person_row(const char *name)
{
    Quoin__V1__PersonRow *row = arena_new(&arena, sizeof(*row));
    quoin__v1__person_row__init(row);
    row->name = text_of(name);
    return row;
}

static const char *outcome_of(const Quoin__V1__PutReply *reply, size_t i)
{
    return reply == NULL || i >= reply->n_answers ? "none" : reply->answers[i]->outcome;
}

static struct ledger_account account_of(const char *name)
{
    struct ledger_account account = { .id = 0 };
    bool found = false;
    CHECK(ledger_account_find(cas_ledger(cas), str_of(name), &account, &found, &err));
    return account;
}

static void test_rows_have_answers_of_their_own(void)
{
    Quoin__V1__PersonRow *rows[] = { person_row("Ann"), person_row("a\x01"), person_row("ben") };
    rows[0]->department = text_of("science/physics");
    rows[0]->limit = 500;
    rows[0]->balance = 1000;
    rows[0]->allotment = 300;
    rows[2]->department = text_of("no//where");
    sets[0] = text_of("department");
    sets[1] = text_of("limit");
    sets[2] = text_of("balance");
    sets[3] = text_of("allotment");
    Quoin__V1__PutPeopleRequest request = people_request(1, "put", rows, 3);
    request.n_set = 4;
    request.make_missing = true;
    request.dry_run = true;
    const Quoin__V1__PutReply *reply = ask(&request.base);
    CHECK(strcmp(outcome_of(reply, 0), "new") == 0 && get_person("ann") == NULL);
    request.dry_run = false;
    reply = ask(&request.base);
    CHECK(strcmp(outcome_of(reply, 0), "new") == 0);
    CHECK(strcmp(outcome_of(reply, 1), "refused") == 0);
    CHECK(reply != NULL && strcmp(reply->answers[1]->field, "name") == 0);
    CHECK(strcmp(outcome_of(reply, 2), "refused") == 0);
    CHECK(reply != NULL && strcmp(reply->answers[2]->field, "department") == 0);
    const Quoin__V1__Person *ann = get_person("ANN");
    CHECK(ann != NULL && ann->balance == 1000 && ann->overdraft == 500);
    CHECK(ann != NULL && strcmp(ann->department, "science/physics") == 0);
    CHECK(get_person("ben") == NULL);
    CHECK(purses_of("ann") != NULL && purses_of("ann")->available == 1800);
    CHECK(balance_of("allotment:ann") == 300 && balance_of("grants") == -300);
    reply = ask(&request.base); // the same key: the same answer, though she is there now
    CHECK(strcmp(outcome_of(reply, 0), "new") == 0);
    request.n_people = 1;
    CHECK(ask(&request.base) == NULL && err.code == ERR_CONFLICT);
    request.key = key_of(2);
    reply = ask(&request.base); // what a user begins with is for new users
    CHECK(strcmp(outcome_of(reply, 0), "same") == 0 && get_person("ann")->balance == 1000);
    rows[0]->limit = 700;
    request.key = key_of(3);
    reply = ask(&request.base);
    CHECK(strcmp(outcome_of(reply, 0), "changed") == 0 && get_person("ann")->overdraft == 700);
    CHECK(balance_of("allotment:ann") == 300);
    rows[0]->allotment = -1;
    request.key = key_of(99);
    CHECK(strcmp(outcome_of(ask(&request.base), 0), "refused") == 0);
}

static void test_unlimited_is_the_ledgers_word_too(void)
{
    Quoin__V1__PersonRow *rows[] = { person_row("ann") };
    sets[0] = text_of("unlimited");
    rows[0]->unlimited = true;
    Quoin__V1__PutPeopleRequest request = people_request(4, "change", rows, 1);
    request.n_set = 1;
    CHECK(strcmp(outcome_of(ask(&request.base), 0), "changed") == 0);
    CHECK(account_of("user:ann").state.overdraft.units == LEDGER_MOST);
    rows[0]->unlimited = false;
    request.key = key_of(5);
    CHECK(strcmp(outcome_of(ask(&request.base), 0), "changed") == 0);
    CHECK(account_of("user:ann").state.overdraft.units == 0);
}

static void test_renaming_takes_the_money_along(void)
{
    Quoin__V1__RenamePersonRequest request = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    request.key = key_of(6);
    request.name = text_of("ann");
    request.to = text_of("Anna");
    const Quoin__V1__Person *anna = ask(&request.base);
    CHECK(anna != NULL && strcmp(anna->name, "anna") == 0 && anna->balance == 1000);
    anna = ask(&request.base);
    CHECK(anna != NULL && strcmp(anna->name, "anna") == 0);
    CHECK(account_of("user:ann").id == 0 && account_of("user:anna").state.balance.units == 1000);
    CHECK(get_person("ann") != NULL && strcmp(get_person("ann")->name, "anna") == 0);
}

static const Quoin__V1__Person *merge(uint8_t key, const char *from, const char *into)
{
    Quoin__V1__MergePeopleRequest request = QUOIN__V1__MERGE_PEOPLE_REQUEST__INIT;
    request.key = key_of(key);
    request.from = text_of(from);
    request.into = text_of(into);
    return ask(&request.base);
}

static void test_merging_moves_what_is_not_set_aside(void)
{
    CHECK(add_person(20, "old", 300000) != NULL && add_person(21, "new", 0) != NULL);
    CHECK(reserve(22, "old", 1, 0) != NULL);
    CHECK(merge(23, "old", "new") == NULL && err.code == ERR_CONFLICT);
    CHECK(give_back(24, 22) != NULL);
    const Quoin__V1__Person *person = merge(23, "old", "new");
    CHECK(person != NULL && person->balance == 300000 && person->n_aliases == 1);
    person = merge(23, "old", "new");
    CHECK(person != NULL && person->balance == 300000);
    CHECK(account_of("user:old").state.balance.units == 0);
    CHECK(strcmp(get_person("old")->name, "new") == 0);
    CHECK(merge(25, "new", "new") == NULL && err.code == ERR_INVALID);
}

static const Quoin__V1__PutReply *put_code(uint8_t key, const char *how, const char *name,
                                           const char *pin)
{
    Quoin__V1__PutPayersRequest request = QUOIN__V1__PUT_PAYERS_REQUEST__INIT;
    Quoin__V1__PayerRow row = QUOIN__V1__PAYER_ROW__INIT;
    Quoin__V1__PayerRow *rows[] = { &row };
    sets[0] = text_of("pin");
    row.name = text_of(name);
    row.pin = text_of(pin);
    request.key = key_of(key);
    request.kind = text_of("code");
    request.how = text_of(how);
    request.make_missing = true;
    request.set = sets;
    request.n_set = 1;
    request.payers = rows;
    request.n_payers = 1;
    return ask(&request.base);
}

static void test_moving_takes_the_ledger_along(void)
{
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = now };
    struct accounts_payer payer = { .id = 0 };
    struct ledger_account account;
    Quoin__V1__GetPayerRequest get = QUOIN__V1__GET_PAYER_REQUEST__INIT;
    Quoin__V1__MovePayerRequest move = QUOIN__V1__MOVE_PAYER_REQUEST__INIT;
    CHECK(strcmp(outcome_of(put_code(30, "add", "acme/17", "4711"), 0), "new") == 0);
    CHECK(strcmp(outcome_of(put_code(31, "put", "acme/17", "4711"), 0), "same") == 0);
    get.kind = text_of("code");
    get.name = text_of("acme/17");
    const Quoin__V1__Payer *code = ask(&get.base);
    CHECK(code != NULL && code->has_pin && code->unlimited && code->balance == 0);
    payer.id = code->id;
    payer.is_unlimited = true;
    payer.ledger = STR("code:acme/17");
    CHECK(db_begin(cas_db(cas), &err) && cas_payer_open(cas, &turn, &payer, &account, &err) &&
          db_commit(cas_db(cas), &err));
    int64_t id = account.id;
    move.key = key_of(32);
    move.kind = text_of("code");
    move.name = text_of("acme");
    move.to = text_of("zenith");
    const Quoin__V1__MovePayerReply *moved = ask(&move.base);
    CHECK(moved != NULL && moved->moved == 2);
    moved = ask(&move.base);
    CHECK(moved != NULL && moved->moved == 2);
    CHECK(account_of("code:zenith/17").id == id && account_of("code:acme/17").id == 0);
}

static int64_t version_of(const char *user)
{
    Quoin__V1__WhoIsRequest who = QUOIN__V1__WHO_IS_REQUEST__INIT;
    who.user = text_of(user);
    const Quoin__V1__Proof *proof = ask(&who.base);
    return proof == NULL ? -1 : proof->version;
}

static void test_groups_favourites_and_the_audit(void)
{
    Quoin__V1__SetMembersRequest members = QUOIN__V1__SET_MEMBERS_REQUEST__INIT;
    Quoin__V1__PutGroupsRequest groups = QUOIN__V1__PUT_GROUPS_REQUEST__INIT;
    Quoin__V1__GroupRow row = QUOIN__V1__GROUP_ROW__INIT;
    Quoin__V1__GroupRow *rows[] = { &row };
    char *names[] = { text_of("anna"), text_of("new") };
    row.name = text_of("Staff");
    groups.key = key_of(40);
    groups.how = text_of("add");
    groups.groups = rows;
    groups.n_groups = 1;
    CHECK(strcmp(outcome_of(ask(&groups.base), 0), "new") == 0);
    members.key = key_of(41);
    members.group = text_of("staff");
    members.add = names;
    members.n_add = 2;
    const Quoin__V1__Group *group = ask(&members.base);
    CHECK(group != NULL && group->members == 2);
    // Who left is to be proven anew, and nobody else: who comes in loses no session by it.
    int64_t stays = version_of("anna");
    int64_t leaves = version_of("new");
    CHECK(stays > 0 && leaves > 0);
    members.key = key_of(43);
    CHECK(ask(&members.base) != NULL && version_of("anna") == stays);
    members.key = key_of(44);
    members.n_add = 0;
    members.remove = &names[1];
    members.n_remove = 1;
    CHECK(ask(&members.base) != NULL && version_of("anna") == stays);
    int64_t left = version_of("new");
    CHECK(left > leaves);
    members.key = key_of(45);
    members.n_remove = 0;
    members.add = &names[1];
    members.n_add = 1;
    CHECK(ask(&members.base) != NULL && version_of("new") == left);
    Quoin__V1__SetFavouriteRequest favourite = QUOIN__V1__SET_FAVOURITE_REQUEST__INIT;
    favourite.key = key_of(42);
    favourite.user = text_of("anna");
    favourite.account = text_of("zenith/17");
    const Quoin__V1__ListMineReply *mine = ask(&favourite.base);
    CHECK(mine != NULL && mine->n_accounts == 1 && mine->accounts[0]->favourite);
    Quoin__V1__ListChangesRequest list = QUOIN__V1__LIST_CHANGES_REQUEST__INIT;
    list.subject = text_of("user");
    list.name = text_of("anna");
    const Quoin__V1__ListChangesReply *changes = ask(&list.base);
    CHECK(changes != NULL && changes->n_changes == 5);
    CHECK(changes != NULL && strcmp(changes->changes[0]->what, "join") == 0);
    CHECK(changes != NULL && strcmp(changes->changes[1]->what, "rename") == 0);
    CHECK(changes != NULL && strcmp(changes->changes[1]->old, "{\"name\":\"ann\"}") == 0);
    CHECK(changes != NULL && strcmp(changes->changes[4]->by, "admin/one") == 0);
    list.subject = text_of("");
    list.limit = 3;
    changes = ask(&list.base);
    CHECK(changes != NULL && changes->n_changes == 3 && changes->more);
}

static void test_every_failing_call_undoes_the_merge(void)
{
    bool done = false;
    int64_t n = 1;
    CHECK(add_person(60, "f1", 70) != NULL && add_person(61, "f2", 5) != NULL);
    for (; !done && n < 300; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        bool ok = merge(62, "f1", "f2") != NULL;
        done = db_fault_is_due(cas_db(cas));
        db_fault_at(cas_db(cas), 0, false);
        const Quoin__V1__Person *f2 = get_person("f2");
        CHECK(f2 != NULL && (f2->balance == 75) == ok);
        CHECK(ok || strcmp(get_person("f1")->name, "f1") == 0);
        if (ok) {
            break;
        }
    }
    CHECK(n > 20);
}

// One of two who saw the same wins; who asks again with the same key gets the same answer.
static void test_nobody_writes_over_what_they_have_not_seen(void)
{
    uint8_t hash[WIRE_SEEN_HASH];
    uint8_t packed[64];
    Quoin__V1__GetPersonRequest get = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    get.name = text_of("ann");
    const Quoin__V1__Person *before = ask(&get.base);
    Quoin__V1__Seen is = QUOIN__V1__SEEN__INIT;
    CHECK(before != NULL);
    wire_seen_hash(&before->base, hash);
    is.call = text_of("/quoin.v1.People/GetPerson");
    is.request = (ProtobufCBinaryData){ quoin__v1__get_person_request__pack(&get, packed), packed };
    is.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
    Quoin__V1__PersonRow *rows[] = { person_row("ann") };
    Quoin__V1__PutPeopleRequest request = people_request(90, "change", rows, 1);
    sets[0] = text_of("full_name");
    request.n_set = 1;
    rows[0]->full_name = text_of("Ann the First");
    condition = &is;
    CHECK(strcmp(outcome_of(ask(&request.base), 0), "changed") == 0);
    Quoin__V1__PersonRow *others[] = { person_row("ann") };
    Quoin__V1__PutPeopleRequest other = people_request(91, "change", others, 1);
    other.n_set = 1;
    others[0]->full_name = text_of("Ann the Second");
    CHECK(ask(&other.base) == NULL && err.code == ERR_CONFLICT && reasons != NULL &&
          strcmp(reasons[0], "changed") == 0);
    CHECK(strcmp(outcome_of(ask(&request.base), 0), "changed") == 0); // the key is known
    others[0]->name = text_of("nobody-there");
    CHECK(ask(&other.base) == NULL || strcmp(outcome_of(ask(&other.base), 0), "refused") == 0);
    is.call = text_of("/quoin.v1.People/NoSuchCall"); // what cannot be asked is not what was seen
    others[0]->name = text_of("ann");
    CHECK(ask(&other.base) == NULL && err.code == ERR_CONFLICT);
    condition = NULL;
    const Quoin__V1__Person *after = ask(&get.base);
    CHECK(after != NULL && strcmp(after->full_name, "Ann the First") == 0);
    CHECK(strcmp(outcome_of(ask(&other.base), 0), "changed") == 0); // without a condition
}

int main(void)
{
    role = "admin";
    fixture_begin();
    CHECK(fixture_open());
    test_rows_have_answers_of_their_own();
    test_unlimited_is_the_ledgers_word_too();
    test_renaming_takes_the_money_along();
    test_merging_moves_what_is_not_set_aside();
    test_moving_takes_the_ledger_along();
    test_groups_favourites_and_the_audit();
    test_every_failing_call_undoes_the_merge();
    test_nobody_writes_over_what_they_have_not_seen();
    return fixture_end();
}
