"""publiccode.yml against the rules of the standard that apply to it (core keys, version 0.4)."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = {"type": "string", "pattern": "^https://[^ ]+$"}
DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
WORDS = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}}
LANGUAGE = "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"
DEPENDENCIES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            **{key: {"type": "string"} for key in ("name", "version", "versionMin", "versionMax")},
            "optional": {"type": "boolean"},
        },
    },
}
CATEGORIES = re.findall(
    r"[\w-]+",
    """
accounting agile-project-management applicant-tracking application-development
appointment-scheduling backup billing-and-invoicing blog budgeting business-intelligence
business-process-management cad call-center-management cloud-management collaboration communications
compliance-management contact-management content-management crm customer-service-and-support
data-analytics data-collection data-visualization digital-asset-management digital-citizenship
document-management donor-management e-commerce e-signature email-management email-marketing
employee-management enterprise-project-management enterprise-social-networking erp event-management
facility-management feedback-and-reviews-management financial-reporting fleet-management fundraising
gamification geographic-information-systems grant-management graphic-design help-desk hr ide
identity-management instant-messaging inventory-management it-asset-management it-development
it-management it-security it-service-management knowledge-management learning-management-system
marketing mind-mapping mobile-marketing mobile-payment network-management office online-booking
online-community payment-gateway payroll predictive-analysis procurement productivity-suite
project-collaboration project-management property-management real-estate-management remote-support
resource-management sales-management seo service-desk social-media-management survey
talent-management task-management taxes-management test-management time-management time-tracking
translation video-conferencing video-editing visitor-management voip warehouse-management
web-collaboration web-conferencing website-builder workflow-management
""",
)
SCOPES = re.findall(
    r"[\w-]+",
    """
agriculture culture defence education emergency-services employment energy environment
finance-and-economic-development foreign-affairs healthcare infrastructures justice
local-authorities manufacturing research science-and-technology security society sport tourism
transportation welfare
""",
)
SCHEMA = {
    "type": "object",
    "required": [
        *("publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus"),
        *("softwareType", "description", "legal", "maintenance", "localisation", "releaseDate"),
    ],
    "properties": {
        "publiccodeYmlVersion": {"const": "0.4"},
        "name": {"type": "string", "minLength": 1},
        "url": ADDRESS,
        "landingURL": ADDRESS,
        "softwareVersion": {"type": "string"},
        "releaseDate": DAY,
        "platforms": WORDS,
        "categories": {**WORDS, "items": {"enum": CATEGORIES}},
        "developmentStatus": {"enum": ["concept", "development", "beta", "stable", "obsolete"]},
        "softwareType": {
            "enum": [
                *("standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web"),
                *("standalone/backend", "standalone/other", "addon", "library", "configurationFiles"),
            ]
        },
        "intendedAudience": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "countries": {**WORDS, "items": {"pattern": "^[a-z]{2}$"}},
                "unsupportedCountries": {**WORDS, "items": {"pattern": "^[a-z]{2}$"}},
                "scope": {**WORDS, "items": {"enum": SCOPES}},
            },
        },
        "description": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": LANGUAGE},
            "additionalProperties": {
                "type": "object",
                "required": ["shortDescription", "longDescription", "features"],
                "properties": {
                    "localisedName": {"type": "string"},
                    "shortDescription": {"type": "string", "minLength": 1, "maxLength": 150},
                    "longDescription": {"type": "string", "minLength": 150, "maxLength": 10_000},
                    "features": WORDS,
                    "documentation": ADDRESS,
                    "apiDocumentation": ADDRESS,
                },
                "additionalProperties": False,
            },
        },
        "legal": {
            "type": "object",
            "required": ["license"],
            "additionalProperties": False,
            "properties": {
                "license": {"const": "EUPL-1.2"},
                "mainCopyrightOwner": {"type": "string"},
                "repoOwner": {"type": "string"},
            },
        },
        "maintenance": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": ["internal", "contract", "community", "none"]}},
            "if": {"properties": {"type": {"enum": ["internal", "community"]}}},
            "then": {
                "required": ["contacts"],
                "properties": {
                    "contacts": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "object", "required": ["name"]},
                    }
                },
            },
        },
        "localisation": {
            "type": "object",
            "required": ["localisationReady", "availableLanguages"],
            "additionalProperties": False,
            "properties": {
                "localisationReady": {"type": "boolean"},
                "availableLanguages": {**WORDS, "items": {"type": "string", "pattern": LANGUAGE}},
            },
        },
        "dependsOn": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(["open", "proprietary", "hardware"], DEPENDENCIES),
        },
    },
    "additionalProperties": False,
}
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


@pytest.fixture
def publiccode() -> dict:
    return yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_schema_is_sound():
    Draft202012Validator.check_schema(SCHEMA)


def test_publiccode_is_valid(publiccode):
    told = [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in VALIDATOR.iter_errors(publiccode)
    ]
    assert told == []


@pytest.mark.parametrize("key", SCHEMA["required"])
def test_missing_key_is_told(publiccode, key):
    del publiccode[key]
    assert [error.message for error in VALIDATOR.iter_errors(publiccode)] == [
        f"'{key}' is a required property"
    ]


def test_unknown_category_is_told(publiccode):
    publiccode["categories"].append("smart-city")
    assert not VALIDATOR.is_valid(publiccode)


def test_publiccode_agrees_with_the_package(publiccode):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert publiccode["softwareVersion"] == project["version"]
    assert publiccode["legal"]["license"] == project["license"]


def test_changelog_knows_the_version(publiccode):
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", text, re.MULTILINE)
    assert (publiccode["softwareVersion"], publiccode["releaseDate"]) in released
