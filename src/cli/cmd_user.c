// cli/cmd_user: people and their purses.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/cas.pb-c.h"
#include "proto/payers.pb-c.h"

enum { PAGE = 500 };

static void person_json(struct json *json, const Quoin__V1__Person *person)
{
    json_text_field(json, "name", person->name);
    json_text_field(json, "full_name", person->full_name);
    cli_json_money(json, "balance", person->balance);
    cli_json_money(json, "reserved", person->reserved);
    cli_json_money(json, "limit", person->overdraft);
    cli_json_money(json, "available", person->available);
    cli_json_time(json, "created_at", person->created_at);
}

// allotment: NULL where it was not asked for, or nothing was ever granted.
static void person_show(struct cli *cli, const ProtobufCMessage *reply,
                        const Quoin__V1__Purse *allotment)
{
    const Quoin__V1__Person *person = (const Quoin__V1__Person *)reply;
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        person_json(&json, person);
        if (allotment != NULL) {
            cli_json_money(&json, "allotment", allotment->balance);
            cli_json_money(&json, "allotment_reserved", allotment->reserved);
        }
        json_end(&json);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Name", "%s", person->name);
    if (person->full_name[0] != '\0') {
        cli_line(cli, "Full name", "%s", person->full_name);
    }
    if (allotment != NULL) {
        cli_line(cli, "Allotment", "%s, %s reserved", cli_money(cli, allotment->balance),
                 cli_money(cli, allotment->reserved));
    }
    cli_line(cli, "Balance", "%s", cli_money(cli, person->balance));
    cli_line(cli, "Reserved", "%s", cli_money(cli, person->reserved));
    cli_line(cli, "Limit", "%s", cli_money(cli, person->overdraft));
    cli_line(cli, "Available", "%s", cli_money(cli, person->available));
    cli_line(cli, "Since", "%s", cli_time(cli, person->created_at));
}

bool cli_user_add(struct cli *cli, struct err *err)
{
    Quoin__V1__AddPersonRequest request = QUOIN__V1__ADD_PERSON_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *full_name = cli_value(cli, "full-name");
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.full_name = cli_field(full_name != NULL ? full_name : "");
    if (!cli_money_of(cli, "balance", 0, &request.balance, err) ||
        !cli_money_of(cli, "limit", 0, &request.overdraft, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/AddPerson", &request.base, &reply, err)) {
        return false;
    }
    person_show(cli, reply, NULL);
    return true;
}

bool cli_user_show(struct cli *cli, struct err *err)
{
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    Quoin__V1__GetPursesRequest purses = QUOIN__V1__GET_PURSES_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const ProtobufCMessage *both = NULL;
    request.name = cli->arguments[0];
    purses.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/GetPerson", &request.base, &reply, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.Payers/GetPurses", &purses.base, &both, err)) {
        return false;
    }
    person_show(cli, reply, ((const Quoin__V1__Purses *)both)->allotment);
    return true;
}

bool cli_user_deposit(struct cli *cli, struct err *err)
{
    Quoin__V1__DepositRequest request = QUOIN__V1__DEPOSIT_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.why = cli_field(why != NULL ? why : "deposit on the command line");
    if (!cli_read_money(cli->arguments[1], "AMOUNT", &request.amount, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/Deposit", &request.base, &reply, err)) {
        return false;
    }
    person_show(cli, reply, NULL);
    return true;
}

bool cli_user_limit(struct cli *cli, struct err *err)
{
    Quoin__V1__SetLimitRequest request = QUOIN__V1__SET_LIMIT_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    if (!cli_read_money(cli->arguments[1], "AMOUNT", &request.overdraft, err) ||
        !cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/SetLimit", &request.base, &reply, err)) {
        return false;
    }
    person_show(cli, reply, NULL);
    return true;
}

static void person_row(struct cli *cli, struct cli_table *table, const Quoin__V1__Person *person)
{
    cli_table_row(table, (const char *const[]){
                             person->name,
                             person->full_name,
                             cli_money(cli, person->balance),
                             cli_money(cli, person->reserved),
                             cli_money(cli, person->overdraft),
                             cli_money(cli, person->available),
                         });
}

bool cli_user_list(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "NAME", .gives = true },
        { .title = "FULL NAME", .gives = true },
        { .title = "BALANCE", .right = true },
        { .title = "RESERVED", .right = true },
        { .title = "LIMIT", .right = true },
        { .title = "AVAILABLE", .right = true },
        { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    if (cli->json) {
        json_array(&json);
    }
    const Quoin__V1__ListPeopleReply *page = NULL;
    const char *after = "";
    do {
        Quoin__V1__ListPeopleRequest request = QUOIN__V1__LIST_PEOPLE_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = cli_field(after);
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.People/ListPeople", &request.base, &reply, err)) {
            return false;
        }
        page = (const Quoin__V1__ListPeopleReply *)reply;
        for (size_t i = 0; i < page->n_people; i++) {
            if (cli->json) {
                json_object(&json);
                person_json(&json, page->people[i]);
                json_end(&json);
            } else {
                person_row(cli, &table, page->people[i]);
            }
            after = page->people[i]->name;
        }
    } while (page->more && page->n_people > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "There are no people yet: quoin user add NAME --balance 10.00");
    }
    return true;
}
