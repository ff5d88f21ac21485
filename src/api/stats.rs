//! How often values were delivered, as numbers.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{Data, Path},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Answer, ok},
    experiences::{self, ExperiencePath},
    member::Member,
    query::{Query, moment},
    work,
};
use crate::{
    domain::reading::FieldError,
    http::Problem,
    operations::OperationError,
    store::{
        Connection, Store,
        deliveries::{self, Bucket, DeliveryFilter},
        segments,
    },
};

/// The most buckets of a series.
const MOST_BUCKETS: i64 = 10_000;

/// Which deliveries are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// The key of the environment.
    pub environment: String,
    /// From this moment on; else a day before `to`.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment; else now.
    pub to: Option<DateTime<Utc>>,
    /// `minute`, `hour` or `day`, in UTC; else `hour`.
    pub bucket: Option<String>,
    /// The slug of a segment: what rows with it served.
    pub segment: Option<String>,
}

/// The names of [`StatsQuery`].
const QUERY: [&str; 5] = ["environment", "from", "to", "bucket", "segment"];

/// Counts of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// How many there were in each bucket; buckets without any are left out.
    series: Vec<BucketCount>,
    /// How often each value of each key was delivered.
    by_value: Vec<ValueCount>,
}

/// How many deliveries there were in a bucket.
#[derive(Debug, Serialize, ToSchema)]
pub struct BucketCount {
    /// When it starts.
    start: DateTime<Utc>,
    /// How many.
    count: i64,
}

/// How often a value was delivered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueCount {
    /// The key's name.
    key: String,
    /// The value, cut to at most 100 characters.
    value: String,
    /// How often.
    count: i64,
}

/// What is asked for, read.
struct Asked {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    bucket: Bucket,
}

impl Asked {
    fn read(query: &Query, now: DateTime<Utc>) -> Result<Asked, Problem> {
        query.only(&QUERY)?;
        let to = moment(query, "to")?.unwrap_or(now);
        let from = moment(query, "from")?.unwrap_or(to - TimeDelta::days(1));
        let bucket = query.parsed("bucket", "This is minute, hour or day.", |text| match text {
            "minute" => Some(Bucket::Minute),
            "hour" => Some(Bucket::Hour),
            "day" => Some(Bucket::Day),
            _ => None,
        })?;
        let bucket = bucket.unwrap_or(Bucket::Hour);
        let width = match bucket {
            Bucket::Minute => 60,
            Bucket::Hour => 3_600,
            Bucket::Day => 86_400,
        };
        let problem = match (to - from).num_seconds() / width {
            _ if from > to => "This must not lie after “to”.",
            MOST_BUCKETS.. => "The time is too long for buckets this small. Take larger ones.",
            _ => return Ok(Asked { from, to, bucket }),
        };
        Err(Problem::invalid(vec![FieldError::new("from", problem)]))
    }
}

/// Counts the deliveries of an experience
///
/// With `Accept: text/csv` the series is answered as CSV.
#[utoipa::path(get, path = "/api/v1/{kind}/{id}/stats", tag = "Statistics",
    params(ExperiencePath, StatsQuery),
    responses((status = 200, description = "The counts", content(
        (Stats = "application/json"), (String = "text/csv")))))]
pub async fn read(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    request: HttpRequest,
) -> Answer {
    let asked = Asked::read(&query, Utc::now())?;
    let stats = work::read(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let key = query.get("environment").ok_or_else(|| {
            OperationError::invalid("environment", "Name the environment: ?environment=….")
        })?;
        let filter = DeliveryFilter {
            environment_id: member.environment(conn, key)?.id,
            experience_id: Some(experience.id),
            key_id: None,
            segment_id: match query.get("segment") {
                Some(slug) => Some(segment(conn, &member, slug)?),
                None => None,
            },
            from: asked.from,
            to: asked.to,
        };
        count(conn, &filter, asked.bucket)
    });
    let stats = stats.await?;
    match request.headers().get(header::ACCEPT) {
        Some(accept) if accept.as_bytes().starts_with(b"text/csv") => Ok(csv(&stats)),
        _ => Ok(ok(&stats)),
    }
}

fn segment(
    conn: &mut Connection,
    member: &Member,
    slug: &str,
) -> Result<uuid::Uuid, OperationError> {
    let segment = segments::find_by_slug(conn, member.project.id, slug)?;
    Ok(segment.ok_or(OperationError::NotFound("segment"))?.id)
}

fn count(
    conn: &mut Connection,
    filter: &DeliveryFilter,
    bucket: Bucket,
) -> Result<Stats, OperationError> {
    let (series, by_value) = deliveries::counted(conn, filter, bucket)?;
    Ok(Stats {
        series: series.into_iter().map(|(start, count)| BucketCount { start, count }).collect(),
        by_value: by_value
            .into_iter()
            .map(|v| ValueCount { key: v.key_name, value: v.value_label, count: v.count })
            .collect(),
    })
}

fn csv(stats: &Stats) -> HttpResponse {
    let mut text = String::from("start,count\r\n");
    for bucket in &stats.series {
        let start = bucket.start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        text.push_str(&format!("{start},{}\r\n", bucket.count));
    }
    let attachment = HeaderValue::from_static("attachment; filename=\"deliveries.csv\"");
    HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, attachment))
        .content_type("text/csv; charset=utf-8")
        .body(text)
}
