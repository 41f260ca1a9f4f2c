//! The regions that a subscription can use: a few of Azure's, enough for clients that look a name up.

use serde_json::{Value, json};

/// Name, display name, geography group, physical location, latitude, longitude (Azure's own list of 2025).
const REGIONS: [(&str, &str, &str, &str, &str, &str); 12] = [
    ("eastus", "East US", "US", "Virginia", "37.3719", "-79.8164"),
    ("eastus2", "East US 2", "US", "Virginia", "36.6681", "-78.3889"),
    ("westus2", "West US 2", "US", "Washington", "47.233", "-119.852"),
    ("centralus", "Central US", "US", "Iowa", "41.5908", "-93.6208"),
    ("westeurope", "West Europe", "Europe", "Netherlands", "52.3667", "4.9"),
    ("northeurope", "North Europe", "Europe", "Ireland", "53.3478", "-6.2597"),
    ("uksouth", "UK South", "Europe", "London", "50.941", "-0.799"),
    ("germanywestcentral", "Germany West Central", "Europe", "Frankfurt", "50.110924", "8.682127"),
    ("switzerlandnorth", "Switzerland North", "Europe", "Zurich", "47.451542", "8.564572"),
    ("australiaeast", "Australia East", "Asia Pacific", "New South Wales", "-33.86", "151.2094"),
    ("southeastasia", "Southeast Asia", "Asia Pacific", "Singapore", "1.283", "103.833"),
    ("japaneast", "Japan East", "Asia Pacific", "Tokyo, Saitama", "35.68", "139.77"),
];

/// The regions, each with its place below the subscription.
pub(super) fn all(subscription: &str) -> Vec<Value> {
    let shown = |(name, display, group, place, latitude, longitude): &(&str, &str, &str, &str, &str, &str)| {
        json!({
            "id": format!("/subscriptions/{subscription}/locations/{name}"), "name": name, "type": "Region",
            "displayName": display, "regionalDisplayName": format!("({group}) {display}"),
            "metadata": {
                "regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": group,
                "longitude": longitude, "latitude": latitude, "physicalLocation": place, "pairedRegion": [],
            },
        })
    };
    REGIONS.iter().map(shown).collect()
}

/// The display names of the regions, as providers list them.
pub(super) fn display_names() -> Vec<&'static str> {
    REGIONS.iter().map(|region| region.1).collect()
}
