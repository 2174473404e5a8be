// Files of rows: columns by any usual name, cells by their fields' types, and lists as such files.
#include "cli/rows.h"

#include "proto/accounts.pb-c.h"

#include "lib/tap.h"

static const char *const columns[] = { "name", "locked", "groups", "limit", NULL };
static const struct rows_kind kind = { "users", &quoin__v1__person_row__descriptor,
                                       &quoin__v1__person__descriptor, columns };
static struct arena arena = { .cap = 1 << 20 };
static struct csv_record record;
static struct rows_head head;
static struct err err;

static void cells(const char *const *texts)
{
    record.count = 0;
    for (size_t i = 0; texts[i] != NULL; i++) {
        record.fields[record.count++] = str_of(texts[i]);
    }
}

static bool read_head(const char *const *texts)
{
    cells(texts);
    return cli_rows_head_read(&kind, &record, &head, &err);
}

static void test_columns(void)
{
    CHECK(read_head((const char *[]){ "E-Mail", "Full Name", "user", NULL }));
    CHECK(head.count == 3 && head.name == 2 && strcmp(head.fields[0]->name, "email") == 0);
    CHECK(!read_head((const char *[]){ "name", "emial", NULL }));
    CHECK(strstr(err.text, "\"email\"") != NULL);
    CHECK(!read_head((const char *[]){ "name", "Login", NULL }) && strstr(err.text, "twice"));
    CHECK(!read_head((const char *[]){ "email", NULL }) && strstr(err.text, "\"name\""));
    CHECK(!read_head((const char *[]){ "name", "", NULL }));
    CHECK(!read_head((const char *[]){ "name", "a\x01", NULL }));
}

static void test_cells(void)
{
    ProtobufCMessage *row = NULL;
    const char *column = NULL;
    CHECK(read_head((const char *[]){ "name", "locked", "groups", "limit", NULL }));
    cells((const char *[]){ "mary", "Yes", " a | b||c d ", "2.50", NULL });
    CHECK(cli_rows_read(&head, &record, &arena, &row, &column, &err));
    const Quoin__V1__PersonRow *mary = (const Quoin__V1__PersonRow *)row;
    CHECK(mary != NULL && strcmp(mary->name, "mary") == 0 && mary->locked && !mary->unlimited);
    CHECK(mary != NULL && mary->n_groups == 3 && strcmp(mary->groups[2], "c d") == 0);
    CHECK(mary != NULL && mary->limit == 250000);
    cells((const char *[]){ "mary", "", "", "unlimited", NULL });
    CHECK(cli_rows_read(&head, &record, &arena, &row, &column, &err));
    mary = (const Quoin__V1__PersonRow *)row;
    CHECK(mary != NULL && !mary->locked && mary->n_groups == 0 && mary->unlimited);
    static const char *const wrong[][4] = { { "mary", "perhaps", "", "" },
                                            { "mary", "", "", "1,50" },
                                            { "ma\nry", "", "", "" },
                                            { "mary", "", "\xff", "" } };
    static const char *const where[] = { "locked", "limit", "name", "groups" };
    for (size_t i = 0; i < 4; i++) {
        cells((const char *[]){ wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], NULL });
        CHECK(!cli_rows_read(&head, &record, &arena, &row, &column, &err));
        CHECK(strcmp(column, where[i]) == 0);
    }
    cells((const char *[]){ "mary", "no", NULL });
    CHECK(!cli_rows_read(&head, &record, &arena, &row, &column, &err) && column[0] == '\0');
}

static void test_lists(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(4096);
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    char name[] = "=mary";
    char one[] = "a";
    char two[] = "b,c";
    char *groups[] = { one, two };
    person.name = name;
    person.groups = groups;
    person.n_groups = 2;
    person.overdraft = 250000;
    cli_rows_titles_add(&buf, &kind);
    cli_rows_add(&buf, &kind, &person.base);
    person.unlimited = true;
    person.locked = true;
    cli_rows_add(&buf, &kind, &person.base);
    CHECK_STR(buf_str(&buf), "name,locked,groups,limit\r\n'=mary,no,\"a|b,c\",2.50\r\n"
                             "'=mary,yes,\"a|b,c\",unlimited\r\n");
}

int main(void)
{
    test_columns();
    test_cells();
    test_lists();
    arena_free(&arena);
    return tap_done();
}
