"""What people copy into the files of other tools; ``docs/ci.md`` shows the same."""

PRE_COMMIT = """\
- repo: https://github.com/OWNER/sessionlint  # or the path of a clone
  rev: COMMIT  # a full one, which cannot be moved
  hooks:
    - id: sessionlint
"""

GITHUB = """\
- uses: OWNER/sessionlint@COMMIT  # a full one, which cannot be moved
"""

GITLAB = """\
sessionlint:
  image: python:3.13
  script:
    - pip install git+https://github.com/OWNER/sessionlint@COMMIT
    - sessionlint check --output-format gitlab:gl-code-quality-report.json --output-format full
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
