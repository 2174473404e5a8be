// Faults begin, come again and end; what flaps is one fault; what nobody sees stays open.
#include "device/fault.h"

#include "lib/tap.h"

struct told {
    int began;
    int again;
    int ended;
    int64_t last_began;
};

static void tell(void *arg, enum device_fault_event event, struct device_fault *fault)
{
    struct told *told = arg;
    told->began += event == DEVICE_FAULT_BEGAN ? 1 : 0;
    told->again += event == DEVICE_FAULT_AGAIN ? 1 : 0;
    told->ended += event == DEVICE_FAULT_ENDED ? 1 : 0;
    told->last_began = fault->began;
}

static void look(struct device_faults *faults, struct told *told, int64_t now,
                 enum device_state state, const char *keyword)
{
    struct device_seen seen = { .keyword = str_of(keyword),
                                .severity = DEVICE_WORST,
                                .detail = STR("") };
    struct device_truth truth = { .state = state,
                                  .reasons = &seen,
                                  .reason_count = keyword[0] == '\0' ? 0 : 1 };
    device_faults_look(faults, &truth, now, 60000, tell, told);
}

static void test_begin_and_end(void)
{
    struct device_faults faults = { .count = 0 };
    struct told told = { 0 };
    look(&faults, &told, 1000, DEVICE_IDLE, "");
    look(&faults, &told, 2000, DEVICE_ERROR, "cover-open");
    CHECK(told.began == 1 && faults.count == 1 && faults.faults[0].began == 2000);
    look(&faults, &told, 30000, DEVICE_IDLE, "");
    CHECK(told.ended == 0);
    look(&faults, &told, 40000, DEVICE_ERROR, "cover-open");
    CHECK(told.began == 1 && told.again == 1 && faults.faults[0].times == 2);
    look(&faults, &told, 50000, DEVICE_IDLE, "");
    look(&faults, &told, 99000, DEVICE_IDLE, "");
    CHECK(told.ended == 0);
    look(&faults, &told, 100000, DEVICE_IDLE, "");
    CHECK(told.ended == 1 && faults.count == 0 && told.last_began == 2000);
    device_faults_free(&faults);
}

static void test_away_ends_nothing(void)
{
    struct device_faults faults = { .count = 0 };
    struct told told = { 0 };
    look(&faults, &told, 1000, DEVICE_ERROR, "media-jam");
    for (int64_t now = 61000; now < 3600000; now += 60000) {
        look(&faults, &told, now, DEVICE_AWAY, "");
    }
    CHECK(told.ended == 0 && faults.count == 2 && told.began == 2); // the jam, and being away
    look(&faults, &told, 3700000, DEVICE_IDLE, "");
    CHECK(told.ended >= 1);
    look(&faults, &told, 3800000, DEVICE_IDLE, "");
    CHECK(faults.count == 0 && told.ended == 2);
    device_faults_free(&faults);
}

static void test_flapping(void)
{
    struct device_faults faults = { .count = 0 };
    struct told told = { 0 };
    int64_t now = 1000;
    for (int i = 0; i < 100; i++, now += 600) { // a hundred times in a minute
        look(&faults, &told, now, i % 2 == 0 ? DEVICE_IDLE : DEVICE_ERROR,
             i % 2 == 0 ? "" : "cover-open");
    }
    CHECK(faults.flapping && told.began == 1 && told.ended == 0);
    look(&faults, &told, now, DEVICE_IDLE, "");
    look(&faults, &told, now + DEVICE_FLAP_MS, DEVICE_IDLE, "");
    CHECK(!faults.flapping && told.ended == 1);
    device_faults_free(&faults);
    for (int i = 0; i < 100; i++, now += 600) { // printing is no flapping
        look(&faults, &told, now, i % 2 == 0 ? DEVICE_IDLE : DEVICE_PRINTING, "");
    }
    CHECK(!faults.flapping);
    device_faults_free(&faults);
}

static void test_too_many(void)
{
    struct device_faults faults = { .count = 0 };
    struct told told = { 0 };
    struct device_seen seen[40];
    char words[40][8];
    for (int i = 0; i < 40; i++) {
        (void)snprintf(words[i], sizeof(words[i]), "f-%d", i);
        seen[i] = (struct device_seen){ .keyword = str_of(words[i]),
                                        .detail = STR(""),
                                        .severity = i < 30 ? DEVICE_WARNING : DEVICE_WORST };
    }
    struct device_truth truth = { .state = DEVICE_ERROR, .reasons = seen, .reason_count = 40 };
    device_faults_look(&faults, &truth, 1000, 60000, tell, &told);
    CHECK(faults.count == DEVICE_FAULTS_MAX);
    int worst = 0;
    for (int i = 0; i < faults.count; i++) {
        worst += faults.faults[i].severity == DEVICE_WORST ? 1 : 0;
    }
    CHECK(worst == 10); // the worse took the places of the mild
    device_faults_free(&faults);
}

static void test_restored_after_a_restart(void)
{
    struct device_faults faults = { .count = 0 };
    struct told told = { 0 };
    struct device_fault old = {
        .keyword = "media-jam", .severity = 3, .began = 5, .seen = 900, .times = 2, .id = 77
    };
    device_faults_restore(&faults, &old);
    look(&faults, &told, 1000, DEVICE_ERROR, "media-jam");
    CHECK(told.began == 0 && faults.count == 1 && faults.faults[0].began == 5 &&
          faults.faults[0].id == 77);
    device_faults_free(&faults);
}

int main(void)
{
    test_begin_and_end();
    test_away_ends_nothing();
    test_flapping();
    test_too_many();
    test_restored_after_a_restart();
    return tap_done();
}
