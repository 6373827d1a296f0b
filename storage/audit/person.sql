-- fragment: person
-- As `Actor.person` has it: whoever became another user by sudo, who is named at the origin's very end.
coalesce(substring(origin from '.*, sudo by (.*)$'), actor)
