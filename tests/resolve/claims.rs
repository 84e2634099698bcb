//! Two users of one provider: refused where they would meet, accepted where the component keeps them apart.
use crate::stacks::{MODULE, accepted, consumer, refused};

const SHARED: &str = "
units:
  - { name: database, component: postgres, providers: { production: operator } }
  - { name: cache, component: valkey, params: { eviction: allkeys-lru } }
  - { name: broker, component: valkey }
";

#[test]
fn two_celery_applications_on_one_broker_are_refused() {
    let blueprint = format!(
        "{SHARED}  - name: archive
    component: postgres
    providers: {{ production: operator }}
  - name: api
    component: django
    features: [{{ component: celery }}]
    uses: {{ database: database, cache: cache, broker: broker }}
  - name: office
    component: django
    features: [{{ component: celery }}]
    uses: {{ database: archive, cache: cache, broker: broker }}
"
    );
    refused(
        &blueprint,
        &[],
        r"
error: `api` and `office` can't both have the keys without a prefix of `broker`
  --> test.yaml:15:54
   |
15 |     uses: { database: archive, cache: cache, broker: broker }
   |                                                      ^^^^^^
   = note: Celery keeps what waits and what is in hand under fixed keys, so workers would be given another application's tasks; the parameter `prefix` of one of them keeps them apart
   = note: the other is at test.yaml:11
   = help: add a second `valkey` and choose it for `office`: `uses: { broker: … }`
",
    );
}

#[test]
fn a_prefix_lets_celery_applications_share_a_broker() {
    let blueprint = format!(
        "{SHARED}  - {{ name: archive, component: postgres, providers: {{ production: operator }} }}
  - name: api
    component: django
    features: [{{ component: celery }}]
    uses: {{ database: database, cache: cache, broker: broker }}
  - name: office
    component: django
    features: [{{ component: celery, params: {{ prefix: office }} }}]
    uses: {{ database: archive, cache: cache, broker: broker }}
"
    );
    accepted(&blueprint, &[]);
}

#[test]
fn two_django_projects_on_one_database_are_refused() {
    let blueprint = format!(
        "{SHARED}  - {{ name: api, component: django, uses: {{ cache: cache }} }}
  - {{ name: office, component: django, uses: {{ cache: cache }} }}
"
    );
    refused(
        &blueprint,
        &[],
        r"
error: `api` and `office` can't both have the schema public of `database`
 --> test.yaml:6:40
  |
6 |   - { name: office, component: django, uses: { cache: cache } }
  |                                        ^^^^
  = note: every Django project has its own set of tables for users, sessions and migrations, under the same names
  = note: the other is at test.yaml:5
  = help: add a second `postgres` and choose it for `office`: `uses: { database: … }`
",
    );
}

#[test]
fn two_go_services_on_one_database_are_refused() {
    let blueprint = format!(
        "{SHARED}  - {{ name: orders, component: go-service }}\n  - {{ name: mail, component: go-service }}\n{MODULE}"
    );
    refused(
        &blueprint,
        &[],
        r"
error: `mail` and `orders` can't both have the schema public of `database`
 --> test.yaml:5:13
  |
5 |   - { name: orders, component: go-service }
  |             ^^^^^^
  = note: every service has a table of its own of the migrations that ran, under the same name
  = note: the other is at test.yaml:6
  = help: add a second `postgres` and choose it for `orders`: `uses: { database: … }`
",
    );
}

#[test]
fn asynq_queues_of_two_services_are_kept_apart_by_their_names_unless_these_meet() {
    let services = |first: &str, second: &str| {
        format!(
            "{SHARED}  - {{ name: a, component: go-service, params: {{ database: false }}, features: [{{ component: eater }}, {{ component: asynq, params: {{ queues: [{first}] }} }}], uses: {{ queue: broker }} }}
  - {{ name: a-b, component: go-service, params: {{ database: false }}, features: [{{ component: eater }}, {{ component: asynq, params: {{ queues: [{second}] }} }}], uses: {{ queue: broker }} }}
{MODULE}"
        )
    };
    accepted(&services("slow", "slow"), &[consumer()]);
    refused(
        &services("b-slow", "slow"),
        &[consumer()],
        r"
error: `a` and `a-b` can't both have the queue a-b-slow of `broker`
 --> test.yaml:6:169
  |
6 | …: { queues: [slow] } }], uses: { queue: broker } }
  |                                          ^^^^^^
  = note: tasks of another service's queue of the same name would reach the wrong workers
  = note: the other is at test.yaml:5
  = help: add a second `valkey` and choose it for `a-b`: `uses: { queue: … }`
",
    );
}
