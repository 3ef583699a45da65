"""Code hosts: tokens that clone everything, worms that publish, keys for later.

The twins check out a repository of many parts or mirror all of them, cut a release, look for updates,
copy settings as they do all day, review a change.

References:
    Field cases: a clone spree, which the third unfamiliar repository decides; a worm that runs
    workflows and makes repositories public; variables of pipelines that hold secrets.

Examples:
    >>> len(CODE), all(len(pair) == 2 for pair in CODE.values())
    (5, True)
"""

from detector.simulate.across.scene import Act, Pair, story

_SCRIPT, _CURL, _WORM = "python-requests/2.32", "curl/8.5.0", "node-fetch/3.3"

CODE: dict[str, Pair] = {
    "token_clones_all": (
        story(Act("builder", "git.clone", "acme/private-{}", 3, 14, decides=3, away=True, tool=_SCRIPT)),
        story(
            Act("builder", "git.fetch", "acme/app", away=True),
            Act("builder", "git.clone", "acme/lib-a", 1, 8, away=True),
            Act("mirror", "git.clone", "acme/private-{}", 1, 14),
        ),
    ),
    "worm_publishes": (
        story(
            Act("releaser", "workflows.created_workflow_run", "acme/app", tool=_WORM),
            Act("releaser", "repo.create", "acme/stolen", 4, tool=_WORM),
            Act("releaser", "repo.access", "acme/private-{}", 3, 5, tool=_WORM, decides=1),
        ),
        story(
            Act("releaser", "git.push", "acme/app"),
            Act("releaser", "workflows.created_workflow_run", "acme/app", 30),
            Act("releaser", "release.published", "acme/app", 30, 2),
            Act("releaser", "release.edited", "acme/app", 30),
        ),
    ),
    "pipeline_variables_read": (
        story(
            Act("gitlab_requests", "GET projects/:id/variables", "acme/part-{}", 3, 8, decides=2,
                away=True, tool=_CURL),
            Act("gitlab_requests", "POST projects/:id/access_tokens", "acme/part-1", 5, away=True,
                tool=_CURL),
        ),
        story(
            Act("gitlab_requests", "GET projects/:id/repository/tags", "acme/part-{}", 3, 8),
            Act("syncer", "GET projects/:id/variables", "acme/part-{}", 1, 8),
        ),
    ),
    "deploy_key_planted": (
        story(
            Act("github_webhook", "key.created", "acme/site", decides=1,
                more={"title": "ci", "read_only": False}),
            Act("github_webhook", "hook.created", "acme/site", 10),
            Act("github_webhook", "repository.publicized", "acme/site", 20),
        ),
        story(
            Act("github_webhook", "push", "acme/site"),
            Act("github_webhook", "pull_request.opened", "acme/site", 60),
            Act("github_webhook", "pull_request.review_requested", "acme/site", 10),
        ),
    ),
    "token_minted": (
        story(
            Act("gitlab_audit", "personal_access_token_created", "acme/site", away=True, decides=1),
            Act("gitlab_audit", "member_created", "acme/site", 15, away=True),
            Act("gitlab_audit", "project_visibility_level_updated", "acme/site", 15, away=True),
        ),
        story(
            Act("gitlab_audit", "repository_git_operation", "acme/site", away=True),
            Act("gitlab_audit", "merge_request_merged", "acme/site", 120, away=True),
        ),
    ),
}  # fmt: skip
