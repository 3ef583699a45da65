"""Taking things away, or hostage: snapshots, images, databases and buckets shared or changed.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['snapshot_shared', 'image_shared']
"""

from collections.abc import Iterator

from detector.simulate.made_up import resource_id
from detector.simulate.population.provider import share_with
from detector.simulate.records import Event, Record
from detector.simulate.scenarios.moves import recon
from detector.simulate.scenarios.scene import Scenario, Scene

_VICTIMS = ("key", "person:developer", "person:sre", "pod", "pipeline", "instance", "terraform")
_ENTRIES = ("abroad", "cloud", "host", "host tool")


def _share_snapshot(scene: Scene, account: str, volume: str) -> Iterator[Event]:
    snapshot = resource_id(scene.rng, "snap")
    yield scene.do("ec2:CreateSnapshot", {"volumeId": volume}, response={"snapshotId": snapshot})
    yield scene.do(
        "ec2:DescribeSnapshots",
        {"snapshotSet": {"items": [{"snapshotId": snapshot}]}, "filterSet": {}},
    )
    yield scene.do("ec2:ModifySnapshotAttribute", share_with(snapshot, account))


def snapshot_shared(scene: Scene) -> Iterator[Event]:
    """A volume is copied and the copy given to a stranger."""
    if scene.rng.random() < 0.5:
        yield from recon(scene, 0, 3)
    yield scene.do("ec2:DescribeVolumes")
    yield from _share_snapshot(scene, scene.stranger, scene.things.pick("volume"))


def snapshot_to_vault(scene: Scene) -> Iterator[Event]:
    """Copies for the vault account, as every day."""
    vault = scene.world.estate.backup_vault
    for volume in sorted(scene.things.things["volume"])[:2]:
        yield from _share_snapshot(scene, vault, volume)


def _share_image(scene: Scene, image: str, account: str) -> Iterator[Event]:
    permission = {"add": {"items": [{"userId": account}]}}
    yield scene.do("ec2:DescribeImages", {"imagesSet": {"items": [{"imageId": image}]}})
    yield scene.do(
        "ec2:ModifyImageAttribute",
        {"imageId": image, "launchPermission": permission, "attributeType": "launchPermission"},
    )


def image_shared(scene: Scene) -> Iterator[Event]:
    """A machine image for a stranger, or for everybody."""
    if scene.rng.random() < 0.4:
        yield from recon(scene, 0, 3)
    yield from _share_image(scene, scene.things.pick("image"), scene.stranger)


def image_released(scene: Scene) -> Iterator[Event]:
    """A golden image for the other accounts of the organisation."""
    image = min(scene.things.things["image"])
    for account in scene.world.estate.accounts[:3]:
        yield from _share_image(scene, image, account.id)


def _share_database(scene: Scene, database: str, account: str) -> Iterator[Event]:
    copy = f"{database}-{scene.rng.getrandbits(24):x}"
    yield scene.do(
        "rds:CreateDBSnapshot", {"dBInstanceIdentifier": database, "dBSnapshotIdentifier": copy}
    )
    scene.wait(60, 400)
    yield scene.do("rds:DescribeDBSnapshots", {"dBSnapshotIdentifier": copy})
    yield scene.do(
        "rds:ModifyDBSnapshotAttribute",
        {"dBSnapshotIdentifier": copy, "attributeName": "restore", "valuesToAdd": [account]},
        response={"dBSnapshotIdentifier": copy},
    )


def database_shared(scene: Scene) -> Iterator[Event]:
    """A copy of a database for a stranger."""
    yield scene.do("rds:DescribeDBInstances")
    yield from _share_database(
        scene, scene.things.pick("database"), scene.any(scene.stranger, "all")
    )


def database_for_tests(scene: Scene) -> Iterator[Event]:
    """A copy of a database for the test account, as the administrators make them."""
    tests = scene.world.estate.by_name("dev")
    yield scene.do("rds:DescribeDBInstances")
    yield from _share_database(scene, min(scene.things.things["database"]), tests.id)


def _bucket(scene: Scene, op: str, bucket: str, **settings: object) -> Event:
    return scene.do(op, {"bucketName": bucket, "Host": f"{bucket}.s3.amazonaws.com", **settings})


def _expiry(days: int) -> Record:
    return {
        "Rule": {
            "ID": "expire",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": days},
        }
    }


def _replication(account: str, bucket: str) -> Record:
    destination = {"Bucket": f"arn:aws:s3:::{bucket}", "Account": account}
    return {"Rule": {"ID": "copy", "Status": "Enabled", "Destination": destination}}


def ransom(scene: Scene) -> Iterator[Event]:
    """Buckets lose their history, are copied out, and will be empty tomorrow."""
    yield scene.do("s3:ListBuckets")
    for bucket in scene.things.several("bucket", scene.rng.randint(1, 4)):
        yield _bucket(scene, "s3:GetBucketVersioning", bucket, versioning="")
        if scene.rng.random() < 0.7:
            off = {"Status": "Suspended"}
            yield _bucket(scene, "s3:PutBucketVersioning", bucket, VersioningConfiguration=off)
        if scene.rng.random() < 0.6:
            copy = _replication(scene.stranger, f"{bucket}-copy")
            yield _bucket(scene, "s3:PutBucketReplication", bucket, ReplicationConfiguration=copy)
        if scene.rng.random() < 0.4:
            rule = {
                "ApplyServerSideEncryptionByDefault": {
                    "SSEAlgorithm": "aws:kms",
                    "KMSMasterKeyID": f"arn:aws:kms:us-east-1:{scene.stranger}:key/mrk-1",
                }
            }
            yield _bucket(
                scene,
                "s3:PutBucketEncryption",
                bucket,
                ServerSideEncryptionConfiguration={"Rule": rule},
            )
        yield _bucket(scene, "s3:PutBucketLifecycle", bucket, LifecycleConfiguration=_expiry(1))


def tidies_buckets(scene: Scene) -> Iterator[Event]:
    """Old files expire after a year, and copies go to the own disaster-recovery account."""
    yield scene.do("s3:ListBuckets")
    vault = scene.world.estate.by_name("shared").id
    for bucket in sorted(scene.things.things["bucket"])[:2]:
        yield _bucket(scene, "s3:GetBucketVersioning", bucket, versioning="")
        copy = _replication(vault, f"{bucket}-dr")
        yield _bucket(scene, "s3:PutBucketReplication", bucket, ReplicationConfiguration=copy)
        yield _bucket(scene, "s3:PutBucketLifecycle", bucket, LifecycleConfiguration=_expiry(365))


def _policy(bucket: str, principal: object) -> Record:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def bucket_opened(scene: Scene) -> Iterator[Event]:
    """A bucket is opened to a stranger or to everybody."""
    bucket = scene.things.pick("bucket")
    yield scene.do("s3:ListBuckets")
    if scene.rng.random() < 0.5:
        yield _bucket(scene, "s3:DeleteBucketPublicAccessBlock", bucket, publicAccessBlock="")
    who = scene.any({"AWS": "*"}, {"AWS": f"arn:aws:iam::{scene.stranger}:root"})
    yield _bucket(scene, "s3:PutBucketPolicy", bucket, bucketPolicy=_policy(bucket, who), policy="")


def site_published(scene: Scene) -> Iterator[Event]:
    """A web site's bucket is opened to the content network, at every release."""
    bucket = min(scene.things.things["bucket"])
    who = {"Service": "cloudfront.amazonaws.com"}
    yield _bucket(scene, "s3:GetBucketPolicy", bucket, policy="")
    yield _bucket(scene, "s3:PutBucketPolicy", bucket, bucketPolicy=_policy(bucket, who), policy="")


SCENARIOS = (
    Scenario(
        "snapshot_shared", "A snapshot for a stranger", "the external account in the request",
        _VICTIMS, snapshot_shared, ("person:sre", "pipeline"), snapshot_to_vault, entries=_ENTRIES,
    ),
    Scenario(
        "image_shared", "A machine image for a stranger", "the external account in the request",
        _VICTIMS, image_shared, ("pipeline",), image_released, entries=_ENTRIES,
    ),
    Scenario(
        "database_shared", "A database snapshot for a stranger", "the external account in the request",
        (*_VICTIMS, "person:dba"), database_shared, ("person:dba",), database_for_tests, entries=_ENTRIES,
    ),
    Scenario(
        "bucket_ransom", "Buckets are copied out and set to expire", "the bucket-level change",
        _VICTIMS, ransom, ("person:engineer", "pipeline"), tidies_buckets, entries=_ENTRIES,
    ),
    Scenario(
        "bucket_opened", "A bucket is opened to a stranger", "the foreign principal in the policy",
        _VICTIMS, bucket_opened, ("pipeline",), site_published, entries=_ENTRIES,
    ),
)  # fmt: skip
