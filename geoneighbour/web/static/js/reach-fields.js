// Whom a form says a post is for, as the API takes it.

/** {reach, radius_m?, place?, area?, on_homes?} of a form's data; `missing` names what is still to be chosen: "place" or "area". */
export function reachOf(data) {
  const asked = { reach: data.get("reach") };
  let missing = null;
  if (asked.reach === "radius") {
    asked.radius_m = Number(data.get("radius_m"));
    if (data.get("around") === "place") {
      if (data.get("lon")) asked.place = { lon: Number(data.get("lon")), lat: Number(data.get("lat")) };
      else missing = "place";
    }
  }
  if (asked.reach === "area") {
    if (data.get("area")) asked.area = JSON.parse(data.get("area"));
    else missing = "area";
  }
  if (data.get("on_homes") && ["commune", "area"].includes(asked.reach)) asked.on_homes = true;
  return { asked, missing };
}
