// The site's clock: what it is set to, what it shows, and what is refused.
#include "unit/cas/fixture.h"

#include "cas/cas_int.h"
#include "proto/quota.pb-c.h"

static const Quoin__V1__SiteTime *set_time(uint8_t key, const char *zone, const char *week,
                                           Quoin__V1__Term **terms, size_t count)
{
    Quoin__V1__SetSiteTimeRequest request = QUOIN__V1__SET_SITE_TIME_REQUEST__INIT;
    Quoin__V1__SiteTime time = QUOIN__V1__SITE_TIME__INIT;
    request.key = key_of(key);
    request.time = &time;
    time.zone = text_of(zone);
    time.week_begins = text_of(week);
    time.terms = terms;
    time.n_terms = count;
    return ask(&request.base);
}

static void test_the_clock_of_the_site(void)
{
    struct calendar_local local;
    Quoin__V1__Term autumn = QUOIN__V1__TERM__INIT;
    Quoin__V1__Term *terms[] = { &autumn };
    autumn.name = text_of("autumn");
    autumn.first = text_of("2026-09-01");
    autumn.last = text_of("2027-01-31");
    const Quoin__V1__SiteTime *time = set_time(1, "Asia/Kolkata", "Sun", terms, 1);
    CHECK(time != NULL && strcmp(time->zone, "Asia/Kolkata") == 0 && time->n_terms == 1);
    CHECK(time != NULL && strcmp(time->week_begins, "sunday") == 0);
    CHECK(time != NULL && strcmp(time->terms[0]->last, "2027-01-31") == 0);
    CHECK(cas_local_time(cas, 0, &local, &err) && local.hour == 5 && local.minute == 30);
    CHECK(set_time(2, "Europe/Berlin", "", NULL, 0) != NULL);
    CHECK(cas_local_time(cas, 0, &local, &err) && local.hour == 1 && local.weekday == 4);
    Quoin__V1__GetSiteTimeRequest get = QUOIN__V1__GET_SITE_TIME_REQUEST__INIT;
    time = ask(&get.base);
    CHECK(time != NULL && strcmp(time->zone, "Europe/Berlin") == 0 && time->n_terms == 0);
    CHECK(time != NULL && strcmp(time->week_begins, "monday") == 0);
    CHECK(set_time(3, "", "", NULL, 0) != NULL); // the machine's own
}

static void test_what_is_no_clock_is_refused(void)
{
    Quoin__V1__Term term = QUOIN__V1__TERM__INIT;
    Quoin__V1__Term *terms[] = { &term };
    Quoin__V1__SetSiteTimeRequest none = QUOIN__V1__SET_SITE_TIME_REQUEST__INIT;
    term.name = text_of("autumn");
    term.first = text_of("2026-09-01");
    term.last = text_of("2026-08-31");
    CHECK(set_time(11, "Europe/Atlantis", "", NULL, 0) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(set_time(12, "../passwd", "", NULL, 0) == NULL && err.code == ERR_INVALID);
    CHECK(set_time(13, "UTC", "someday", NULL, 0) == NULL && err.code == ERR_INVALID);
    CHECK(set_time(14, "UTC", "", terms, 1) == NULL && strstr(err.text, "autumn") != NULL);
    term.last = text_of("2026-9-30");
    CHECK(set_time(15, "UTC", "", terms, 1) == NULL && strstr(err.text, "autumn") != NULL);
    none.key = key_of(16);
    CHECK(ask(&none.base) == NULL && err.code == ERR_INVALID);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    test_the_clock_of_the_site();
    test_what_is_no_clock_is_refused();
    return fixture_end();
}
